package main

import (
	"fmt"
	"time"
)

// target is what is wanted of a benchmark's series.
type target struct {
	wanted string
	judge  func(map[string]series) verdict
}

// verdict is what was measured, and whether it is what was wanted.
type verdict struct {
	measured string
	met      bool
}

// faster wants subject at least `least` times as fast as peer.
func faster(subject, peer string, least float64) target {
	return target{
		fmt.Sprintf("%s at least %g times faster than %s", subject, least, peer),
		func(s map[string]series) verdict {
			r := ratio(s[peer].wall(), s[subject].wall())
			return verdict{fmt.Sprintf("%.1f times", r), r >= least}
		},
	}
}

// within wants subject to take at most `most` times what reference takes.
func within(subject, reference string, most float64) target {
	return target{
		fmt.Sprintf("%s at most %g times %s", subject, most, reference),
		func(s map[string]series) verdict {
			r := ratio(s[subject].wall(), s[reference].wall())
			return verdict{fmt.Sprintf("%.2f times", r), r <= most}
		},
	}
}

// notSlower wants subject to take at most margin longer than reference.
func notSlower(subject, reference string, margin time.Duration) target {
	return target{
		fmt.Sprintf("%s no slower than %s plus %v", subject, reference, margin),
		func(s map[string]series) verdict {
			more := s[subject].wall() - s[reference].wall()
			return verdict{fmt.Sprintf("%+.0f ms", float64(more)/1e6), more <= margin}
		},
	}
}

// below wants the peak memory of subject below most bytes in every run.
func below(subject string, most int64) target {
	return target{
		fmt.Sprintf("peak memory of %s below %s", subject, mebibytes(most)),
		func(s map[string]series) verdict {
			var peak int64
			for _, u := range s[subject] {
				peak = max(peak, u.Memory)
			}
			return verdict{mebibytes(peak), peak < most}
		},
	}
}

// steady wants the wall time of one of n items not to grow with n, between two entries of
// these sizes. Runs differ by some percent by themselves, which is let through.
func steady(small, large string, smaller, larger int) target {
	const noise = 1.05
	return target{
		fmt.Sprintf("time per file of %s not above %s", large, small),
		func(s map[string]series) verdict {
			before, after := s[small].wall()/time.Duration(smaller), s[large].wall()/time.Duration(larger)
			return verdict{
				fmt.Sprintf("%v, before %v", after.Round(time.Microsecond), before.Round(time.Microsecond)),
				float64(after) <= noise*float64(before),
			}
		},
	}
}

func ratio(a, b time.Duration) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
