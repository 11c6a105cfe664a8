// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// A code that the host delivers, from making it to checking what was typed.
func Example() {
	ring, err := otp.ParseRing("2026:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")
	if err != nil {
		log.Fatal(err)
	}
	codes := ring.MAC("shop", "code")

	code, err := otp.Generate(6)
	if err != nil {
		log.Fatal(err)
	}
	// Deliver code; keep this, bound to whom and what it is for.
	kept := codes.Sum([]byte(code), []byte("alice"), []byte("email.change"))

	typed := code[:3] + " " + code[3:]
	read, err := otp.Canonical(typed, 6)
	if err != nil {
		log.Fatal(err) // no attempt is spent
	}
	// Count the attempt here, before comparing.
	fmt.Println(codes.Verify(kept, []byte(read), []byte("alice"), []byte("email.change")))
	fmt.Println(codes.Verify(kept, []byte(read), []byte("alice"), []byte("transfer")))
	// Output:
	// true
	// false
}

func ExampleGenerate() {
	code, err := otp.Generate(6)
	fmt.Println(len(code), err)
	_, err = otp.Generate(3)
	fmt.Println(err)
	// Output:
	// 6 <nil>
	// otp: unsupported number of digits: want 4 to 8, got 3
}

func ExampleCanonical() {
	code, err := otp.Canonical("0048-21 ", 6)
	fmt.Println(code, err)
	_, err = otp.Canonical("４８２１", 4)
	fmt.Println(err)
	// Output:
	// 004821 <nil>
	// otp: malformed code
}

// The step that matched is stored, so that the code is accepted once.
func ExampleTOTP_Verify() {
	secret, err := otp.ParseSecret("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")
	if err != nil {
		log.Fatal(err)
	}
	at := time.Unix(1111111109, 0)
	lastStep := int64(0) // from the store

	lastStep, err = otp.TOTP{}.Verify(secret, "081 804", at, lastStep)
	fmt.Println(lastStep, err)
	_, err = otp.TOTP{}.Verify(secret, "081 804", at, lastStep)
	fmt.Println(errors.Is(err, otp.ErrReplayed))
	// Output:
	// 37037036 <nil>
	// true
}

func ExampleTOTP_NextDrift() {
	var device otp.TOTP
	at := time.Date(2026, 11, 21, 12, 0, 28, 0, time.UTC)
	step := at.Unix()/30 - 1 // a code that expired 28 seconds ago was accepted

	device.Drift = device.NextDrift(step, at)
	fmt.Println(device.Drift)
	// Output: -1
}

func ExampleHOTP_Verify() {
	secret, err := otp.ParseSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	if err != nil {
		log.Fatal(err)
	}
	token := otp.HOTP{LookAhead: 3}
	next, err := token.Verify(secret, "969429", 1) // two codes were skipped
	fmt.Println(next, err)
	// Output: 4 <nil>
}

func ExampleHOTP_Resync() {
	secret, err := otp.ParseSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	if err != nil {
		log.Fatal(err)
	}
	next, err := otp.HOTP{}.Resync(secret, "399871", "520489", 0)
	fmt.Println(next, err)
	// Output: 10 <nil>
}

func ExampleEnrolment_RevealURI() {
	secret, err := otp.ParseSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	if err != nil {
		log.Fatal(err)
	}
	e := otp.Enrolment{Issuer: "Big Shop", Account: "alice@example.com", Secret: secret}
	uri, err := e.RevealURI()
	fmt.Println(e)
	fmt.Println(uri, err)
	// Output:
	// [redacted]
	// otpauth://totp/Big%20Shop:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Big%20Shop <nil>
}

func ExampleParseURI() {
	e, err := otp.ParseURI("otpauth://totp/Shop:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8")
	if err != nil {
		log.Fatal(err)
	}
	step, err := e.TOTP().Verify(e.Secret, "07081804", time.Unix(1111111109, 0), 0)
	fmt.Println(e.Issuer, e.Account, step, err)
	_, err = otp.ParseURI("otpauth://totp/Shop:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=4")
	fmt.Println(err)
	// Output:
	// Shop alice 37037036 <nil>
	// otp: otpauth digits: want 6 to 8
}

func ExampleGenerateRecovery() {
	codes, set, err := otp.GenerateRecovery()
	if err != nil {
		log.Fatal(err)
	}
	paper := codes[3].Reveal() // show all of them once

	index, err := set.Verify(paper)
	if err != nil {
		log.Fatal(err)
	}
	set, err = set.Spend(index) // and store it, before anything is allowed
	if err != nil {
		log.Fatal(err)
	}
	_, err = set.Verify(paper)
	fmt.Println(index, set.Remaining(), err)
	// Output: 3 9 otp: recovery code was already used
}

// A key is rotated by putting a new one in front of it.
func ExampleNewRing() {
	oldKey, err := otp.GenerateKey("2025")
	if err != nil {
		log.Fatal(err)
	}
	newKey, err := otp.GenerateKey("2026")
	if err != nil {
		log.Fatal(err)
	}
	before, err := otp.NewRing(oldKey)
	if err != nil {
		log.Fatal(err)
	}
	after, err := otp.NewRing(newKey, oldKey)
	if err != nil {
		log.Fatal(err)
	}
	sealed, err := before.Sealer("shop", "note").Seal([]byte("hello"), nil)
	if err != nil {
		log.Fatal(err)
	}
	opened, err := after.Sealer("shop", "note").Open(sealed, nil)
	fmt.Println(string(opened), err)
	_, err = after.Sealer("shop", "other").Open(sealed, nil)
	fmt.Println(err)
	// Output:
	// hello <nil>
	// otp: cannot open sealed data
}

func ExampleSealSecret() {
	key, err := otp.GenerateKey("2026")
	if err != nil {
		log.Fatal(err)
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		log.Fatal(err)
	}
	sealer := ring.Sealer("shop", "seal")
	secret, err := otp.GenerateSecret()
	if err != nil {
		log.Fatal(err)
	}
	row, err := otp.SealSecret(sealer, secret, "alice", "totp")
	if err != nil {
		log.Fatal(err)
	}
	back, err := otp.OpenSecret(sealer, row, "alice", "totp")
	fmt.Println(back.Equal(secret), err)
	_, err = otp.OpenSecret(sealer, row, "bob", "totp")
	fmt.Println(err)
	// Output:
	// true <nil>
	// otp: cannot open sealed data
}
