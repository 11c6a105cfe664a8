// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"sync/atomic"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// viewEvery is how old the view of the crowd grows before a proof renews it.
const viewEvery = 10 * time.Minute

// familiarity is the model by which requests are judged: it sees the crowd as
// it was some minutes ago, and changes as a whole.
type familiarity struct {
	crowd  *risk.Crowd // nil: the model stays as it is
	model  atomic.Pointer[risk.Familiarity]
	viewed atomic.Int64 // when the crowd was last viewed, in Unix seconds
}

func (f *familiarity) start(c *Config) {
	f.crowd = c.Crowd
	if c.Familiarity.Crowd != nil {
		model := c.Familiarity
		f.model.Store(&model)
	}
	if f.crowd != nil {
		f.model.Store(&c.Familiarity)
		f.view(c.Now())
	}
}

// learn adds what a proof showed to the crowd, and looks at it again where the
// view is old.
func (f *familiarity) learn(e risk.Evidence, now time.Time) {
	if f.crowd == nil {
		return
	}
	f.crowd.Add(e)
	last := f.viewed.Load()
	if age := now.Sub(time.Unix(last, 0)); age < viewEvery && age > -viewEvery {
		return
	}
	if f.viewed.CompareAndSwap(last, now.Unix()) { // one of many at once
		f.view(now)
	}
}

func (f *familiarity) view(now time.Time) {
	model := *f.model.Load()
	model.Crowd = f.crowd.View(now)
	f.model.Store(&model)
	f.viewed.Store(now.Unix())
}
