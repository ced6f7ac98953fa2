package standin

import "time"

// Clock lets the minutes of a ticket pass in a second or less. One clock is for all: intervals, statuses and records.
type Clock struct {
	start, began time.Time
	speed        float64
}

// NewClock starts now, and says that it is start; it goes speed times as fast as real time.
func NewClock(start time.Time, speed float64) *Clock {
	return &Clock{start: start, began: time.Now(), speed: speed}
}

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	return c.start.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

// Real is how long something takes here that takes d by the clock.
func (c *Clock) Real(d time.Duration) time.Duration {
	return time.Duration(float64(d) / c.speed)
}

// Until is how long it takes here until the clock shows t; not negative.
func (c *Clock) Until(t time.Time) time.Duration { return max(0, c.Real(t.Sub(c.Now()))) }
