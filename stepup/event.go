// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// happening is what one decision was about: all that a later report needs to
// know of it. The zero value is none.
type happening struct {
	id      ID
	time    time.Time
	device  Key // presented, or that the proof would have made known
	binding Key
	session string

	subject string
	sealer  *otp.Sealer
}

// happeningSize is that of an encoding without its session.
const happeningSize = len(ID{}) + 8 + 2*len(Key{})

// seal returns the happening as text, sealed for its subject.
func (h *happening) seal() string {
	if h.sealer == nil {
		return ""
	}
	b := make([]byte, 0, happeningSize+len(h.session))
	b = append(b, h.id[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.time.UnixNano()))
	b = append(append(b, h.device[:]...), h.binding[:]...)
	sealed, err := h.sealer.Seal(append(b, h.session...), []byte(h.subject))
	if err != nil {
		return "" // Report answers ErrRefused
	}
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// openHappening reads what seal wrote for the subject.
func (g *Guard) openHappening(text, subject string) (h happening, ok bool) {
	if len(text) > longestToken {
		return happening{}, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return happening{}, false
	}
	b, err := g.keys.event.Open(sealed, []byte(subject))
	if err != nil || len(b) < happeningSize {
		return happening{}, false
	}
	b = b[copy(h.id[:], b):]
	h.time, b = time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC(), b[8:]
	b = b[copy(h.device[:], b):]
	b = b[copy(h.binding[:], b):]
	h.session, h.subject = string(b), subject
	return h, true
}

// happening is what a situation is, as it is told from now on.
func (g *Guard) happening(s *situation) happening {
	return happening{
		id: s.id, time: s.now, device: Key(s.device), session: s.req.Session,
		binding: s.binding.Key,
		subject: s.req.Subject, sealer: g.keys.event,
	}
}
