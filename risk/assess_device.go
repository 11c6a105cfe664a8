// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "time"

// trustAge is how long ago a strong proof must have trusted a device (L11):
// whoever just took an account over has to wait where its owner can notice.
const trustAge = 24 * time.Hour

func (o *Observation) assessDevice(out *Signals, client *reduced) {
	out.SetBool(DeviceAutomated, automated(&o.Client))
	out.setCount(DeviceSubjects24h, o.Counts.DeviceSubjects24h)
	if o.Profile == nil {
		return
	}
	i := o.Profile.find(o.Device)
	if i < 0 {
		// No token, or one that no proof was given on: not known, which is
		// itself known (L3).
		out.SetBool(DeviceKnown, False)
		out.SetBool(DeviceTrusted, False)
		return
	}
	d := &o.Profile.devices[i]
	drift, driftKnown := d.agent.drift(client.of(&o.Client))
	out.SetBool(DeviceKnown, True)
	out.setSince(DeviceAge, unixTime(d.first), o.Time, 24*time.Hour)
	if driftKnown {
		out.SetNumber(DeviceDrift, drift)
	}
	low := Unknown
	if driftKnown {
		low = TruthOf(drift <= lowDrift)
	}
	out.SetBool(DeviceTrusted, and(and(d.aged(o.Time), low), o.provenHere()))
}

// aged reports whether the device was trusted long enough ago.
func (d *device) aged(now time.Time) Truth {
	return TruthOf(d.trusted != 0 && now.Sub(unixTime(d.trusted)) >= trustAge)
}

// provenHere reports whether a proof was given on this device on this network.
// It is unknown where networks cannot be compared: an address whose autonomous
// system is not known, and proofs of which only that is.
func (o *Observation) provenHere() Truth {
	if o.Location.shared() {
		return False // an exit that anybody may use proves nothing
	}
	net, answer := networkOf(&o.Location, o.Addr), Unknown
	for i := range o.Profile.proofs {
		e := &o.Profile.proofs[i]
		if e.device != o.Device || e.network.kind() != net.kind() || net == 0 {
			continue
		}
		if e.network == net {
			return True
		}
		answer = False
	}
	return answer
}

// and is Kleene's conjunction.
func and(a, b Truth) Truth {
	switch {
	case a == False || b == False:
		return False
	case a == True && b == True:
		return True
	}
	return Unknown
}
