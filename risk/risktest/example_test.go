// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest_test

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/proportion-go/proportion/risk/risktest"
)

func ExampleLocator() {
	l := risktest.NewLocator()
	paris, _ := l.Locate(netip.MustParseAddr(risktest.ParisAddr))
	fmt.Println(paris.City, paris.Country)

	office := netip.MustParsePrefix("2001:db8:7::/48")
	l.Place(office, risktest.London())
	london, _ := l.Locate(netip.MustParseAddr("2001:db8:7::1"))
	fmt.Println(london.City, london.Country)

	l.Fail(errors.New("the database is damaged"))
	_, err := l.Locate(netip.MustParseAddr(risktest.ParisAddr))
	fmt.Println(err)
	// Output:
	// Paris FR
	// London GB
	// the database is damaged
}

func ExampleDevice() {
	fmt.Println(risktest.Device("laptop"))
	fmt.Println(risktest.Device("laptop") == risktest.Device("phone"))
	// Output:
	// device 5eec0dc4
	// false
}
