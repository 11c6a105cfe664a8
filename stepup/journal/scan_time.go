// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import "time"

// day is a date and the moment it begins: the lines that follow are mostly of
// the same.
type day struct {
	text  string // empty: none
	begin time.Time
}

// time reads a moment of RFC 3339 in UTC, with at most nine digits after the
// second.
func (s *scanner) time() time.Time {
	t, ok := s.day.timeOf(s.bytes())
	if !ok {
		s.fail("want a time as 2006-01-02T15:04:05.999999999Z")
	}
	return t
}

func (d *day) timeOf(b []byte) (time.Time, bool) {
	const date, layout = "2006-01-02", "2006-01-02T15:04:05"
	if len(b) <= len(layout) || len(b) > len(time.RFC3339Nano)-len("07:00") || b[len(b)-1] != 'Z' ||
		b[10] != 'T' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, false
	}
	if string(b[:len(date)]) != d.text && !d.read(b[:len(date)]) {
		return time.Time{}, false
	}
	hour, minute, second := two(b[11:]), two(b[14:]), two(b[17:])
	nanos, ok := nanosOf(b[len(layout) : len(b)-1])
	if !ok || min(hour, minute, second) < 0 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return d.begin.Add(time.Duration((hour*60+minute)*60+second)*time.Second + time.Duration(nanos)), true
}

// read reads a date.
func (d *day) read(b []byte) bool {
	century, years, month, of := two(b), two(b[2:]), two(b[5:]), two(b[8:])
	if b[4] != '-' || b[7] != '-' || min(century, years) < 0 || month < 1 || month > 12 || of < 1 {
		return false
	}
	begin := time.Date(century*100+years, time.Month(month), of, 0, 0, 0, 0, time.UTC)
	if begin.Day() != of {
		return false // there is no 30 February
	}
	d.text, d.begin = string(b), begin
	return true
}

// two returns the number of two digits, and -1 if they are none.
func two(b []byte) int {
	tens, ones := b[0]-'0', b[1]-'0'
	if tens > 9 || ones > 9 {
		return -1
	}
	return int(tens)*10 + int(ones)
}

// nanosOf reads the fraction of a second: nothing, or a point and digits.
func nanosOf(b []byte) (int, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if b[0] != '.' || len(b) < 2 {
		return 0, false
	}
	n := 0
	for i := 1; i <= 9; i++ {
		n *= 10
		if i < len(b) {
			if b[i] < '0' || b[i] > '9' {
				return 0, false
			}
			n += int(b[i] - '0')
		}
	}
	return n, true
}
