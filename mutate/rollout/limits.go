package rollout

import "time"

// Limits bound how often a change of a value may restart pods. The zero value bounds nothing.
type Limits struct {
	QuietWindow time.Duration // a rollout waits until the objects that changed were left alone for this long
	MaxQuiet    time.Duration // and no longer than this while they keep changing
	Budget      int           // rollouts a minute, over the cluster; 0 is no bound
	MinInterval time.Duration // between two rollouts of one workload
	Breaker     BreakerLimits
}

// BreakerLimits say when an object counts as flapping and what then happens to the workloads that use it.
type BreakerLimits struct {
	Changes int           // changes that caused rollouts; 0 switches the breaker off
	Within  time.Duration // within this time trip it
	Hold    time.Duration // then one rollout in this time, until the object was left alone for as long
}
