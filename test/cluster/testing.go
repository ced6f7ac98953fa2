package cluster

import "testing"

// ForTest starts a cluster that ends with the test. When the test has failed, it logs the last lines that each program wrote.
func ForTest(t testing.TB, o Options) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			for _, f := range c.logFiles {
				t.Logf("%s:\n%s", f.Name(), tail(f.Name()))
			}
		}
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}
