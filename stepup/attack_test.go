// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// attacked adds to the test policy what attacks need: an action before the first
// factor, one that a strong proof is asked for, and a prompt budget.
const attacked = `
version: 1
prompts: { most: 3, per: 24h }
actions:
  login: { sensitivity: sensitive, session: none }
  usage.view: { sensitivity: normal }
rules:
  - id: usage-is-asked
    on: [usage.view]
    when: time.hour_utc >= 0
    score: 40
`

// attackLoaded is that policy, read once: nothing changes one.
var attackLoaded = sync.OnceValues(func() (*policy.Policy, error) {
	base, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		return nil, err
	}
	return policy.Parse(policy.Source{Name: "policy.yaml", Data: base},
		policy.Source{Name: "attack.yaml", Data: []byte(attacked)})
})

// attackPolicy returns it, or it with more added.
func attackPolicy(t testing.TB, more ...policy.Source) *policy.Policy {
	t.Helper()
	p, err := attackLoaded()
	if len(more) > 0 && err == nil {
		p, err = policy.Parse(append(more, policy.Source{Name: "policy.yaml", Data: readPolicy(t)},
			policy.Source{Name: "attack.yaml", Data: []byte(attacked)})...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// readPolicy returns the text of the test policy.
func readPolicy(t testing.TB) []byte {
	t.Helper()
	base, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// meter is a store that measures what guessing costs and brings: every wrong
// answer that was counted, and so compared, by lane and time.
type meter struct {
	stepup.Store

	mu       sync.Mutex
	subjects map[stepup.ID]stepup.Key
	last     stepup.Ref // the subject that was written last
	compared map[stepup.ID][]guess
	passed   map[stepup.ID]int
}

type guess struct {
	at      time.Time
	subject stepup.Key
	lane    stepup.Lane
	method  stepup.Method
	cost    int
}

func newMeter() *meter {
	return &meter{
		Store:    stepup.NewMemory(stepup.MemoryConfig{}),
		subjects: map[stepup.ID]stepup.Key{}, compared: map[stepup.ID][]guess{},
		passed: map[stepup.ID]int{},
	}
}

func (m *meter) Open(ctx context.Context, o stepup.Opening) error {
	err := m.Store.Open(ctx, o)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = o.Subject // a refused opening may move it too
	if err == nil {
		m.subjects[o.ID] = o.Subject.Key
	}
	return err
}

func (m *meter) Update(ctx context.Context, u stepup.Update) error {
	err := m.Store.Update(ctx, u)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = u.Subject
	return err
}

// latest returns the subject that was written last.
func (m *meter) latest() stepup.Ref {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

func (m *meter) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	counted, err := m.Store.Attempt(ctx, a)
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.compared[a.ID] = append(m.compared[a.ID], guess{a.Now, m.subjects[a.ID], counted.Lane, counted.Method, a.Cost})
	}
	return counted, err
}

// A right answer is no wrong guess: the last one counted is taken out.
func (m *meter) Settle(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
	settled, err := m.Store.Settle(ctx, s)
	m.mu.Lock()
	defer m.mu.Unlock()
	if all := m.compared[s.ID]; err == nil {
		m.passed[s.ID]++
		m.compared[s.ID] = all[:len(all)-1]
	}
	return settled, err
}

// wrong returns the wrong guesses that were compared.
func (m *meter) wrong() (all []guess) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, g := range m.compared {
		all = append(all, g...)
	}
	return all
}

// proofs returns how often each challenge was proven.
func (m *meter) proofs() map[stepup.ID]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.passed)
}

// used sums guesses up, by lane.
func used(all []guess) (sum [3]stepup.Guesses) {
	for _, g := range all {
		sum[g.lane] = sum[g.lane].Add(g.method, g.cost)
	}
	return sum
}

// The bounds of L10, in parts per million in 30 days.
var bounds = [3]stepup.Guesses{
	stepup.StrangerLane:    {All: 500, Code4: 400},
	stepup.TrustedLane:     {All: 1000, Code4: 800},
	stepup.FirstFactorLane: {All: 500, Code4: 400},
}

// withinBounds fails the test where guesses of one subject pass the bounds, or
// where there are none, so that nothing was attacked.
func withinBounds(t *testing.T, all []guess, lanes ...stepup.Lane) {
	t.Helper()
	sum := used(all)
	for lane := range sum {
		if !sum[lane].Within(bounds[lane]) {
			t.Errorf("%v lane: got %+v ppm compared, want at most %+v", stepup.Lane(lane), sum[lane], bounds[lane])
		}
	}
	for _, lane := range lanes {
		if sum[lane].All < bounds[lane].All*8/10 {
			t.Errorf("%v lane: got %+v ppm compared, want the attack to reach its bound", lane, sum[lane])
		}
	}
}

// mailbox keeps the codes that were sent, by the challenge: an attack cannot
// read it, but its judge can, to guess wrong for certain.
type mailbox struct {
	mu    sync.Mutex
	codes map[string]string
	sent  int
}

func (m *mailbox) Send(_ context.Context, message stepup.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.codes == nil {
		m.codes = map[string]string{}
	}
	m.codes[message.ID] = message.Code
	m.sent++
	return nil
}

func (m *mailbox) code(id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.codes[id]
}

// everyone is a directory in which each subject has a number of its own.
type everyone struct{}

func (everyone) Contacts(_ context.Context, subject string) ([]stepup.Contact, error) {
	if subject == steptest.Alice {
		subject = "+33 6 39 98 00 42"
	}
	return []stepup.Contact{{Kind: policy.SMS, Address: subject}}, nil
}

// scene is a guard under attack.
type scene struct {
	*steptest.Bench
	meter *meter
	mail  *mailbox
	totp  otp.Secret // Alice's

	rotated int // how often the keys were
}

// newScene returns a guard with everything measured. Alice has an
// authenticator app, and lives in France.
func newScene(t testing.TB, changes ...func(*stepup.Config)) *scene {
	t.Helper()
	s := &scene{meter: newMeter(), mail: new(mailbox)}
	s.meter.Store = stepup.NewMemory(stepup.MemoryConfig{Elapsed: func() time.Duration { return s.Clock.Elapsed() }})
	base := func(c *stepup.Config) {
		c.Store, c.Contacts = s.meter, everyone{}
		for kind := range c.Senders {
			c.Senders[kind] = s.mail
		}
	}
	s.Bench = steptest.New(t, attackPolicy(t), append([]func(*stepup.Config){base}, changes...)...)
	var err error
	if s.totp, err = otp.NewSecret(bytes.Repeat([]byte{9}, 20)); err != nil {
		t.Fatal(err)
	}
	s.seed(t)
	return s
}

func (s *scene) seed(t testing.TB) {
	t.Helper()
	id := stepup.Identity{TOTP: s.totp, Home: risk.Home{Countries: []string{"FR"}}}
	if err := s.Guard.Seed(context.Background(), steptest.Alice, id); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
}

// answer returns the right answer to a challenge.
func (s *scene) answer(t testing.TB, begun stepup.Begun) string {
	t.Helper()
	if begun.Method != stepup.TOTP {
		return s.mail.code(begun.ID)
	}
	code, err := otp.TOTP{}.Code(s.totp, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// prove decides and proves, and reports how far it got.
func (s *scene) prove(t testing.TB, c *steptest.Client, action string, m stepup.Method) error {
	t.Helper()
	_, err := s.grant(t, c, action, m)
	return err
}

func (s *scene) grant(
	t testing.TB, c *steptest.Client, action string, m stepup.Method,
) (stepup.Grant, error) {
	t.Helper()
	d, err := s.Guard.Decide(context.Background(), c.Request(action, nil))
	if err != nil {
		return stepup.Grant{}, err
	}
	begun, err := s.Guard.Begin(context.Background(), d.Ticket(), m)
	if err != nil {
		return stepup.Grant{}, err
	}
	grant, err := s.Guard.Finish(context.Background(), c.Binding, begun.ID, s.answer(t, begun))
	c.Keep(grant)
	return grant, err
}

// owner returns Alice's laptop, trusted since yesterday.
func (s *scene) owner(t testing.TB) *steptest.Client {
	t.Helper()
	c := alice("laptop").From(risktest.ParisAddr)
	c.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
	if err := s.prove(t, c, "account.close", stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(24 * time.Hour)
	if d := s.Decide(c, "address.change", nil); d.Signals.Bool(risk.DeviceTrusted) != risk.True {
		t.Fatal("the owner's laptop is not trusted")
	}
	return c
}

// assault answers wrong, by every method on offer, as often as it is let, and
// returns how many challenges it could begin.
func (s *scene) assault(t testing.TB, c *steptest.Client, action string, each int) (begun int) {
	t.Helper()
	req := c.Request(action, nil)
	d, err := s.Guard.Decide(context.Background(), req)
	if err != nil {
		t.Error(err)
		return 0
	}
	for _, o := range d.Offers {
		again, err := s.Guard.Decide(context.Background(), req) // a ticket for each
		if err != nil {
			t.Error(err)
			return begun
		}
		b, err := s.Guard.Begin(context.Background(), again.Ticket(), o.Method)
		if err != nil {
			continue
		}
		begun++
		typed := wrong(s.answer(t, b))
		for range each {
			if _, err := s.Guard.Finish(context.Background(), c.Binding, b.ID, typed); err == nil {
				t.Error("a wrong answer was accepted")
			}
		}
	}
	return begun
}

// storm has many clients attack at the same moment.
func (s *scene) storm(t testing.TB, clients []*steptest.Client, actions []string, each int) (begun int) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, c := range clients {
		wg.Go(func() {
			n := s.assault(t, c, actions[i%len(actions)], each)
			mu.Lock()
			defer mu.Unlock()
			begun += n
		})
	}
	wg.Wait()
	return begun
}

// strangers are clients that know Alice's name and nothing else.
func strangers(n int) (all []*steptest.Client) {
	for i := range n {
		all = append(all, alice("stranger-"+string(rune('a'+i%26))+string(rune('a'+i/26))))
	}
	return all
}
