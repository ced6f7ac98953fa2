package main

import (
	"slices"
	"time"
)

// series is what the measured runs of one command took.
type series []usage

func (s series) wall() time.Duration {
	return median(s, func(u usage) time.Duration { return u.Wall })
}

func (s series) cpu() time.Duration { return median(s, func(u usage) time.Duration { return u.CPU }) }

func (s series) memory() int64 { return median(s, func(u usage) int64 { return u.Memory }) }

// spread is the shortest and the longest wall time.
func (s series) spread() (least, most time.Duration) {
	byWall := func(a, b usage) int { return int(a.Wall - b.Wall) }
	return slices.MinFunc(s, byWall).Wall, slices.MaxFunc(s, byWall).Wall
}

// median of an even number of runs is the mean of the middle two; of none it is 0.
func median[T time.Duration | int64](s series, of func(usage) T) T {
	if len(s) == 0 {
		return 0
	}
	values := make([]T, len(s))
	for i, u := range s {
		values[i] = of(u)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
