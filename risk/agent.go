// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "strings"

// agent is what a client says of itself, reduced to coarse families: enough
// to notice that a device token moved to another device, too little to single
// anybody out. The zero value said nothing.
type agent struct {
	browser, system family
	class           class
	version         uint16   // major version of the browser; 0: unknown
	language        language // first language that the client accepts
}

// family is an index into browserNames or systemNames; 0 is unknown.
type family uint8

// class is the kind of device; 0 is unknown.
type class uint8

const (
	desktop class = iota + 1
	phone
	tablet
)

var classNames = [...]string{"", "desktop", "phone", "tablet"}

// language is a primary subtag of two or three letters, in lower case.
type language [3]byte

// mark is a text by which a user agent tells its family. Earlier ones win:
// most browsers also claim to be Chrome or Safari.
type mark struct {
	text string
	of   family
}

var browserNames = [...]string{
	"", "Edge", "Opera", "Samsung Internet", "Firefox", "Chrome", "Safari",
}

var browserMarks = [...]mark{
	{"Edg/", 1}, {"EdgA/", 1}, {"EdgiOS/", 1},
	{"OPR/", 2}, {"SamsungBrowser/", 3},
	{"Firefox/", 4}, {"FxiOS/", 4},
	{"CriOS/", 5}, {"Chrome/", 5}, {"Chromium/", 5},
	{"Version/", 6},
}

var brandMarks = [...]mark{
	{`"Microsoft Edge";v="`, 1}, {`"Opera";v="`, 2},
	{`"Samsung Internet";v="`, 3},
	{`"Google Chrome";v="`, 5}, {`"Chromium";v="`, 5},
}

var systemNames = [...]string{
	"", "Android", "iOS", "Windows", "Chrome OS", "macOS", "Linux",
}

var systemMarks = [...]mark{
	{"Android", 1},
	{"iPhone", 2}, {"iPad", 2}, {"iOS", 2},
	{"Windows", 3},
	{"CrOS", 4}, {"Chrome OS", 4}, {"Chromium OS", 4},
	{"Macintosh", 5}, {"Mac OS", 5}, {"macOS", 5},
	{"Linux", 6},
}

// headless are browsers without a person, which call themselves Mozilla as all
// browsers do. tools are programs that fetch pages, which do not.
var headless = [...]string{"HeadlessChrome", "PhantomJS", "Scrapy"}

var tools = [...]string{
	"curl/", "Wget/", "python-requests/",
	"python-urllib", "Python-urllib", "Go-http-client/", "libwww-perl/",
	"Scrapy/", "aiohttp/", "httpx/", "axios/", "node-fetch",
}

// maxStated is how much of a header is read: longer ones are cut, so that no
// request can make parsing slow (L26).
const maxStated = 512

// agentOf reduces what a client says of itself.
func agentOf(c *Client) agent {
	ua := cut(c.UserAgent)
	var a agent
	a.browser, a.version = versioned(ua, browserMarks[:])
	if a.browser == 0 {
		a.browser, a.version = versioned(cut(c.Hints.Brands), brandMarks[:])
	}
	// The client hint is the better source: user agents are frozen.
	a.system = find(cut(c.Hints.Platform), systemMarks[:])
	if a.system == 0 {
		a.system = find(ua, systemMarks[:])
	}
	a.class = classOf(ua, a.system, c.Hints.Mobile)
	a.language = parseLanguage(c.Hints.AcceptLanguage)
	return a
}

// reduced is the agent of one client, reduced when it is first asked for: the
// texts are long, and more than one group needs it.
type reduced struct {
	agent agent
	done  bool
}

func (r *reduced) of(c *Client) agent {
	if !r.done {
		r.agent, r.done = agentOf(c), true
	}
	return r.agent
}

func cut(s string) string { return s[:min(len(s), maxStated)] }

func find(s string, marks []mark) family {
	if s == "" {
		return 0
	}
	for _, m := range marks {
		if strings.Contains(s, m.text) {
			return m.of
		}
	}
	return 0
}

// versioned returns the family and the number that follows its mark.
func versioned(s string, marks []mark) (family, uint16) {
	if s == "" {
		return 0, 0
	}
	for _, m := range marks {
		if _, after, ok := strings.Cut(s, m.text); ok {
			return m.of, leadingNumber(after)
		}
	}
	return 0, 0
}

func leadingNumber(s string) uint16 {
	n := 0
	for i := 0; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if n = n*10 + int(s[i]-'0'); n > 0xffff {
			return 0
		}
	}
	return uint16(n)
}

func classOf(ua string, system family, mobile Truth) class {
	switch {
	case mobile == True || strings.Contains(ua, "Mobi"):
		if strings.Contains(ua, "iPad") {
			return tablet
		}
		return phone
	case system == 0:
		return 0
	case system <= 2: // Android and iOS that do not call themselves mobile
		return tablet
	}
	return desktop
}

func parseLanguage(s string) language {
	var l language
	for i := 0; i < len(s) && isLetter(s[i]); i++ {
		if i == len(l) {
			return language{}
		}
		l[i] = s[i] | 0x20
	}
	if l[1] == 0 {
		return language{}
	}
	return l
}

// Family returns what the client says it is, coarsely, as "Firefox on Linux".
// It is empty for a client that says nothing of itself.
func (c *Client) Family() string { return agentOf(c).String() }

// String returns the coarse family, as "Firefox on Linux", and "" for a
// client that said nothing.
func (a agent) String() string {
	browser, system := browserNames[a.browser], systemNames[a.system]
	if browser != "" && system != "" {
		return browser + " on " + system
	}
	return browser + system
}

// automated reports whether the client says that no person drives it.
func automated(c *Client) Truth {
	if c.Hints.Automated == True {
		return True
	}
	ua, marks := cut(c.UserAgent), tools[:]
	if strings.HasPrefix(ua, "Mozilla/") {
		marks = headless[:]
	}
	for _, m := range marks {
		if strings.Contains(ua, m) {
			return True
		}
	}
	if c.UserAgent != "" {
		return False
	}
	return c.Hints.Automated
}

// The weights of drift, in percent: how much a changed attribute says that
// this is another device. A browser or a system alone is past [lowDrift],
// since a device token lives in one browser on one system. A change of
// language or a step back to an older browser is not.
const (
	systemWeight   = 35
	browserWeight  = 30
	classWeight    = 20
	versionWeight  = 10
	languageWeight = 5
)

// lowDrift is the drift up to which a device still counts as the one that was
// trusted (L11): the two smallest weights together.
const lowDrift = (versionWeight + languageWeight) / 100.0

// drift returns how far a client moved away from what it was when it was
// learnt: 0 unchanged to 1 another device, the share by weight of the
// attributes that both state. A newer browser is not drift, an older one is.
// It is not known where nothing can be compared, but a client that never said
// anything has not changed.
func (a agent) drift(now agent) (drift float64, known bool) {
	if a == now {
		return 0, true
	}
	var changed, compared int
	compare := func(weight int, comparable, differs bool) {
		if !comparable {
			return
		}
		compared += weight
		if differs {
			changed += weight
		}
	}
	none := language{}
	compare(systemWeight, a.system != 0 && now.system != 0, a.system != now.system)
	compare(browserWeight, a.browser != 0 && now.browser != 0, a.browser != now.browser)
	compare(classWeight, a.class != 0 && now.class != 0, a.class != now.class)
	compare(versionWeight, a.browser == now.browser && a.version != 0 && now.version != 0,
		now.version < a.version)
	compare(languageWeight, a.language != none && now.language != none,
		a.language != now.language)
	if compared == 0 {
		return 0, false
	}
	return float64(changed) / float64(compared), true
}

// unversioned returns the agent without what an update changes.
func (a agent) unversioned() agent {
	a.version = 0
	return a
}

// less orders agents for merging; the order has no meaning but that it is one.
func (a agent) less(b agent) bool {
	key := func(x agent) [8]byte {
		return [8]byte{byte(x.browser), byte(x.system), byte(x.class),
			byte(x.version >> 8), byte(x.version), x.language[0], x.language[1], x.language[2]}
	}
	ka, kb := key(a), key(b)
	return string(ka[:]) < string(kb[:])
}
