// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"fmt"
	"log"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/replay"
)

// A backtest: a change of policy may not cost customers more than it should,
// nor let anything through that was stopped.
func Example() {
	p, err := policy.Load("testdata/policy.yaml")
	if err != nil {
		log.Fatal(err)
	}
	journal := replay.NewJournal(replay.JournalConfig{Files: []string{"testdata/journal.jsonl"}})
	report, err := replay.Run(context.Background(), journal, replay.Config{Policy: p})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("decisions:", report.Decisions)
	fmt.Printf("prompts per 1,000: %.0f, were %.0f\n", report.After.Outcomes.Prompts(), report.Before.Outcomes.Prompts())
	fmt.Printf("stronger: %d, weaker: %d\n", report.Changes.Stronger, report.Changes.Weaker)
	for _, c := range report.Changes.WeakerExamples[:2] {
		fmt.Println(c.Action, "was", c.Was, "and would be", c.Is)
	}
	fmt.Printf("attacks stopped: %d of %d\n", report.After.Labels.Stopped, report.After.Labels.Attacks)
	// Output:
	// decisions: 96
	// prompts per 1,000: 42, were 146
	// stronger: 0, weaker: 18
	// login was deny(refuse) and would be challenge(confirm)
	// login was challenge(confirm) and would be notify(notice)
	// attacks stopped: 4 of 16
}

// Raw events: a service that has logs and no journal yet.
func ExampleNewEvents() {
	p, err := policy.Load("testdata/policy.yaml")
	if err != nil {
		log.Fatal(err)
	}
	events := replay.NewEvents(replay.EventsConfig{Format: replay.RBACSV, Files: []string{"testdata/rba.csv"}})
	report, err := replay.Run(context.Background(), events, replay.Config{Policy: p})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d logins, %.0f prompts per 1,000\n", report.Decisions, report.After.Outcomes.Prompts())
	fmt.Printf("attacks stopped: %d of %d\n", report.After.Labels.Stopped, report.After.Labels.Attacks)
	// Output:
	// 96 logins, 42 prompts per 1,000
	// attacks stopped: 4 of 16
}
