package state

import (
	"bytes"
	"math/bits"
)

// word is a piece of text without which a form cannot be there. The window (of windowSize bytes) is looked for first,
// then all the others, whole.
type word struct {
	window string
	all    []string
}

const windowSize = 6

// words covers every plain-text form: state, encrypted state or plan, show -json, backend stub, lock info, and
// Kubernetes manifests. Quotation marks are no part of them, so that escaped JSON is found too. A window ends in as
// rare a pair of letters as its word has.
var words = []word{
	{"lineag", []string{"lineage", "serial", "version"}},
	{"ypted_", []string{"encrypted_data", "encryption_version", "meta"}},
	{"ormat_", []string{"format_version"}},
	{"backen", []string{"backend", "version", "type"}},
	{"tate_s", []string{"state_store", "version", "type"}},
	{"Operat", []string{"Operation", "Created", "Version", "Who"}},
	{"tfstat", []string{"tfstate", "ecret"}},
	{"tfplan", []string{"tfplan", "data"}},
}

// skip tells, for the last two bytes of a window, how far the window can move without missing a word: the bad
// character rule of Boyer, Moore and Horspool over pairs of bytes and several patterns (Wu and Manber, 1994).
var skip = func() *[1 << 16]uint8 {
	var table [1 << 16]uint8
	for i := range table {
		table[i] = windowSize - 1
	}
	for _, w := range words {
		for end := 2; end <= windowSize; end++ {
			pair := uint16(w.window[end-2]) | uint16(w.window[end-1])<<8
			table[pair] = min(table[pair], uint8(windowSize-end))
		}
	}
	return &table
}()

// initials has, for each byte, a bit for every word whose window begins with it.
var initials = func() *[256]uint8 {
	var table [256]uint8
	for n, w := range words {
		table[w.window[0]] |= 1 << n
	}
	return &table
}()

// hasWords reports whether all the words of some form occur. It reads about one byte in five.
func hasWords(data []byte) bool {
	var rejected uint8
	table, first := skip, initials
	for i := windowSize - 1; i < len(data); {
		if step := table[uint16(data[i-1])|uint16(data[i])<<8]; step > 0 {
			i += int(step)
			continue
		}
		window := data[i-windowSize+1 : i+1]
		for left := first[window[0]] &^ rejected; left != 0; left &= left - 1 {
			n := bits.TrailingZeros8(left)
			if string(window) != words[n].window {
				continue
			}
			if containsAll(data, words[n].all) {
				return true
			}
			rejected |= 1 << n
		}
		i++
	}
	return false
}

func containsAll(data []byte, all []string) bool {
	for _, s := range all {
		if !bytes.Contains(data, []byte(s)) {
			return false
		}
	}
	return true
}
