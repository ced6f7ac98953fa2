package check

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lotus-lake/lotus-gate/validate/stream"
)

const (
	flagOn    = `{"stream": "x", "backfill": true}`
	flagOff   = `{"stream": "x"}`
	shopify   = "orchestration/dag/streams/shopify/"
	ordersAt  = shopify + "orders.json"
	refundsAt = shopify + "refunds.json"
)

// moment is when the i-th commit was made, in the days before exampleNow.
func moment(i int) time.Time { return exampleNow.Add(time.Duration(i-20) * 24 * time.Hour).UTC() }

// on is a repository whose next commits are made at a moment.
func (r lakeRepo) on(i int) lakeRepo {
	r.env = []string{"GIT_COMMITTER_DATE=" + moment(i).Format(time.RFC3339)}
	return r
}

// TestTimeline makes a history of flags and asks for it as a whole, in part, and
// where most of it is cut off.
func TestTimeline(t *testing.T) {
	r := newRepo(t)
	ids := []string{}
	for i, files := range [][]string{
		{"README.md", "x", ordersAt, flagOff},
		{ordersAt, flagOn},
		{ordersAt, flagOn + "\n", "README.md", "y"}, // still on
		{refundsAt, flagOn},
		{ordersAt, flagOff},
		{"README.md", "z"},
		{refundsAt, ""}, // deleted, and so off
		{ordersAt, flagOn, shopify + "_catalog.json", flagOn, shopify + "deep/er.json", flagOn, "elsewhere/a.json", flagOn},
	} {
		ids = append(ids, r.on(i).commit(t, files...))
	}
	// What happens on a branch counts from the merge.
	r.git(t, "checkout", "-q", "-b", "side", ids[6])
	r.on(8).commit(t, refundsAt, flagOn)
	r.on(9).commit(t, "README.md", "side")
	r.git(t, "checkout", "-q", "main")
	r.on(10).git(t, "merge", "-q", "-m", "A change", "side")
	ids = append(ids, "", "", r.git(t, "rev-parse", "HEAD"))
	// A clock that ran ahead counts as that of the next commit.
	ids = append(ids, r.on(19).commit(t, ordersAt, flagOff), r.on(12).commit(t, "README.md", "end"))

	turn := func(path string, on bool, i, when int) stream.Turn {
		return stream.Turn{Path: path, On: on, Commit: ids[i], Subject: "A change", When: moment(when)}
	}
	off := func(path string, i, when int) *stream.Turn { t := turn(path, false, i, when); return &t }
	moments := func(list ...int) []time.Time {
		var times []time.Time
		for _, i := range list {
			times = append(times, moment(i))
		}
		return times
	}
	whole := stream.Timeline{End: exampleNow, Commits: moments(0, 1, 2, 3, 4, 5, 6, 7, 10, 12, 12), Spans: []stream.Span{
		{Path: ordersAt, On: turn(ordersAt, true, 1, 1), Off: off(ordersAt, 4, 4)},
		{Path: ordersAt, On: turn(ordersAt, true, 7, 7), Off: off(ordersAt, 11, 12)},
		{Path: refundsAt, On: turn(refundsAt, true, 3, 3), Off: off(refundsAt, 6, 6)},
		{Path: refundsAt, On: turn(refundsAt, true, 10, 10)},
	}}
	// In a range, what was on before begins where it was turned on.
	part := stream.Timeline{End: exampleNow, Commits: moments(4, 5, 6), Spans: []stream.Span{whole.Spans[0], whole.Spans[2]}}

	clone := lakeRepo{dir: t.TempDir()}
	r.git(t, "branch", "five", ids[5])
	clone.git(t, "clone", "-q", "--depth", "2", "--branch", "five", "file://"+r.dir, ".")
	unknown := stream.Turn{Path: refundsAt, On: true, When: moment(4)}
	shallow := stream.Timeline{End: exampleNow, Commits: moments(4, 5), Spans: []stream.Span{{Path: refundsAt, On: unknown}}}

	for name, c := range map[string]struct {
		repo      lakeRepo
		base, tip string // history without a base
		want      stream.Timeline
	}{
		"all history":    {r, "", ids[12], whole},
		"from nothing":   {r, noID, ids[12], whole},
		"a range":        {r, ids[3], ids[6], part},
		"nothing new":    {r, ids[6], ids[6], stream.Timeline{End: exampleNow}},
		"a shallow edge": {clone, "", ids[5], shallow},
	} {
		checker := checker(t, "")
		checker.Timeline = true
		var res Result
		var err error
		if c.base == "" {
			res, err = checker.History(t.Context(), c.repo.open(t), hashes(t, c.tip))
		} else {
			res, err = checker.Range(t.Context(), c.repo.open(t), hash(t, c.base), hash(t, c.tip))
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&c.want, res.Timeline); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	res, err := checker(t, "").History(t.Context(), r.open(t), hashes(t, ids[12]))
	if err != nil || res.Timeline != nil {
		t.Errorf("not asked for: %v, %v", res.Timeline, err)
	}
}
