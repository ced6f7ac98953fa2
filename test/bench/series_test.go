package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestVerdicts(t *testing.T) {
	of := func(mebi int64, walls ...time.Duration) series {
		var s series
		for _, w := range walls {
			s = append(s, usage{Wall: w, CPU: 2 * w, Memory: mebi << 20})
		}
		return s
	}
	const ms = time.Millisecond
	r := result{
		benchmark{name: "pushes", entries: []entry{{name: "gate"}, {name: "peer"}}, targets: []target{
			faster("gate", "peer", 20),
			faster("gate", "peer", 5),
			within("gate", "peer", 0.2),
			within("peer", "gate", 1.2),
			notSlower("peer", "gate", 30*ms),
			notSlower("gate", "peer", 0),
			below("gate", 64<<20),
			below("peer", 64<<20),
			steady("gate", "peer", 10, 100),
			steady("gate", "peer", 10, 10),
		}},
		map[string]series{"gate": of(64, 40*ms, 10*ms, 20*ms), "peer": of(12, 190*ms, 170*ms, 2*time.Second, 210*ms)},
	}
	var out strings.Builder
	if err := writeSeries(&out, r); err != nil {
		t.Fatal(err)
	}
	if err := writeVerdicts(&out, []result{r}); err != nil {
		t.Fatal(err)
	}
	want := `### pushes

| command | runs | median | least to most | processor | peak memory |
|---|--:|--:|--:|--:|--:|
| gate | 3 | 20 ms | 10 ms to 40 ms | 40 ms | 64 MiB |
| peer | 4 | 200 ms | 170 ms to 2.00 s | 400 ms | 12 MiB |

### Targets

| benchmark | wanted | measured | target |
|---|---|--:|---|
| pushes | gate at least 20 times faster than peer | 10.0 times | missed |
| pushes | gate at least 5 times faster than peer | 10.0 times | met |
| pushes | gate at most 0.2 times peer | 0.10 times | met |
| pushes | peer at most 1.2 times gate | 10.00 times | missed |
| pushes | peer no slower than gate plus 30ms | +180 ms | missed |
| pushes | gate no slower than peer plus 0s | -180 ms | met |
| pushes | peak memory of gate below 64 MiB | 64 MiB | missed |
| pushes | peak memory of peer below 64 MiB | 12 MiB | met |
| pushes | time per file of peer not above gate | 2ms, before 2ms | met |
| pushes | time per file of peer not above gate | 20ms, before 2ms | missed |
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
}
