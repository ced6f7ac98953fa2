package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// ownConfig judges the configuration and the repository's own rules as the change
// leaves them, if it touches them: from the next push on they count. The waivers
// to judge are those that it leaves too: which are accepted is for the trusted
// configuration to say, but a push that mends an expired one must be let through.
func (r *run) ownConfig(ctx context.Context, s snapshot) error {
	mends := r.OwnConfig && (r.BrokenConfig || slices.Contains(s.touched, config.File))
	rules := slices.ContainsFunc(s.touched, func(p string) bool { return r.Config.Judges(p) || strings.HasSuffix(p, ".rego") })
	after := r.Config
	if mends || rules && r.OwnConfig {
		var err error
		if after, err = configIn(s); err != nil {
			return err
		}
	}
	if mends {
		r.waivers = append(r.waivers, after.Waivers...)
	} else {
		r.waivers = append(r.waivers, r.Config.Waivers...)
	}
	if !mends && !rules {
		return nil
	}
	return r.usable(ctx, after, s)
}

// configIn reads the configuration of a snapshot, the defaults when it has none.
func configIn(s snapshot) (config.Config, error) {
	entry, ok, err := s.tip.Entry(config.File)
	if err != nil || !ok {
		return config.Default(), err
	}
	if entry.Mode != lake.Regular {
		return config.Config{}, &ConfigError{s.commit, fmt.Errorf("%s: want a regular file", config.File)}
	}
	data, err := s.tip.Read(entry)
	if err != nil {
		return config.Config{}, err
	}
	c, err := config.Parse(config.File, data)
	if err != nil {
		err = &ConfigError{s.commit, err}
	}
	return c, err
}

// usable refuses a configuration that does not fit the rules, and rules that
// cannot be used.
func (r *run) usable(ctx context.Context, c config.Config, s snapshot) error {
	fail := func(err error) error { return &ConfigError{s.commit, fmt.Errorf("%s: %w", config.File, err)} }
	set := r.Set
	if len(c.Policies)+len(r.Config.Policies) > 0 {
		var err error
		if set, err = r.ownRules(ctx, c, s); err != nil {
			var unfit *policy.LoadError
			if errors.As(err, &unfit) {
				err = &ConfigError{s.commit, err}
			}
			return err
		}
	}
	if err := c.CheckRules(set); err != nil {
		return &ConfigError{s.commit, err}
	}
	tuning, err := c.Policy()
	if err != nil {
		return fail(err)
	}
	if _, err := policy.NewEngine(set, tuning); err != nil {
		return fail(err)
	}
	return nil
}

// ownRules loads the rules as the change leaves them. They are anybody's text: it
// is read within the limits that hold for judging.
func (r *run) ownRules(ctx context.Context, c config.Config, s snapshot) (*policy.Set, error) {
	files, err := policies(s.tip, c.Policies)
	if err != nil {
		return nil, err
	}
	limits := policy.Limits{Time: r.Config.Limits.Policy, Memory: r.Config.Limits.Memory}
	set, err := policy.Within(ctx, limits, func(context.Context) (*policy.Set, error) { return r.Load(files) })
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	return set, nil
}
