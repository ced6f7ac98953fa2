package check

import (
	"fmt"

	"github.com/lotus-lake/lotus-gate/policy"
	"github.com/lotus-lake/lotus-gate/validate/config"
	"github.com/lotus-lake/lotus-gate/validate/lake"
)

// ConfigError says that a change would leave the repository with a
// configuration that nobody can use. It is refused when it comes: on the
// default branch it would refuse every push after it, the one that mends it too.
type ConfigError struct {
	Commit string
	Err    error
}

func (e *ConfigError) Error() string { return fmt.Sprintf("commit %.12s: %v", e.Commit, e.Err) }
func (e *ConfigError) Unwrap() error { return e.Err }

// ownConfig reads the waivers to judge as the change leaves them: which are
// accepted is for the trusted configuration to say, but a push that mends an
// expired one must be let through.
func (r *run) ownConfig(s snapshot, touched bool) error {
	if !r.OwnConfig || !touched {
		r.waivers = append(r.waivers, r.Config.Waivers...)
		return nil
	}
	entry, ok, err := s.tip.Entry(config.File)
	if err != nil || !ok {
		return err
	}
	if entry.Mode != lake.Regular {
		return &ConfigError{s.commit, fmt.Errorf("%s: want a regular file", config.File)}
	}
	data, err := s.tip.Read(entry)
	if err != nil {
		return err
	}
	c, err := config.Parse(config.File, data)
	if err == nil {
		err = r.usable(c)
	}
	if err != nil {
		return &ConfigError{s.commit, err}
	}
	r.waivers = append(r.waivers, c.Waivers...)
	return nil
}

// usable tells whether a configuration fits the rules.
func (r *run) usable(c config.Config) error {
	if err := c.CheckRules(r.Set); err != nil {
		return err
	}
	tuning, err := c.Policy()
	if err != nil {
		return fmt.Errorf("%s: %w", config.File, err)
	}
	if _, err := policy.NewEngine(r.Set, tuning); err != nil {
		return fmt.Errorf("%s: %w", config.File, err)
	}
	return nil
}
