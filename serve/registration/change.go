package registration

import (
	"maps"
	"slices"
	"strings"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	admission "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/lotus-lake/lotus-gate/policy"
)

// change makes a configuration what it should be. Without a bundle, entries keep
// the one that they have, and new ones take it from the others.
func (s *Sync) change(object client.Object, rules []policy.Rule, bundle []byte) error {
	var clients []*admission.WebhookClientConfig
	switch c := object.(type) {
	case *admission.ValidatingWebhookConfiguration:
		for i := range c.Webhooks {
			bundle = orElse(bundle, c.Webhooks[i].ClientConfig.CABundle)
		}
		wanted, err := Validating(rules, s.options)
		if err != nil {
			return err
		}
		if s.options.URL == "" {
			wanted = authors(c.Webhooks, wanted)
		}
		c.Webhooks = wanted
		for i := range c.Webhooks {
			clients = append(clients, &c.Webhooks[i].ClientConfig)
		}
	case *admission.MutatingWebhookConfiguration:
		for i := range c.Webhooks {
			bundle = orElse(bundle, c.Webhooks[i].ClientConfig.CABundle)
		}
		if s.options.URL != "" {
			wanted, err := Mutating(s.options)
			if err != nil {
				return err
			}
			c.Webhooks = wanted
		}
		for i := range c.Webhooks {
			clients = append(clients, &c.Webhooks[i].ClientConfig)
		}
	}
	for _, c := range clients {
		c.CABundle = orElse(bundle, c.CABundle)
	}
	if s.options.URL != "" {
		s.inject(object)
	}
	return nil
}

// inject says whose authority cert-manager's injector writes, or that it writes none: it
// would write over the bundle of another source of certificates.
func (s *Sync) inject(object client.Object) {
	annotations := maps.Clone(object.GetAnnotations())
	delete(annotations, certmanagerv1.WantInjectAnnotation)
	if s.options.InjectFrom != "" {
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[certmanagerv1.WantInjectAnnotation] = s.options.InjectFrom
	}
	object.SetAnnotations(annotations)
}

func orElse(bundle, other []byte) []byte {
	if len(bundle) > 0 {
		return bundle
	}
	return other
}

// authors are the entries that the chart made, as they are, followed by those of
// an author's rules. These go where the chart's go, from the namespaces that it
// chose, under the policy that it chose for what may be ignored.
func authors(there, wanted []admission.ValidatingWebhook) []admission.ValidatingWebhook {
	isAuthors := func(w admission.ValidatingWebhook) bool { return strings.HasPrefix(w.Name, policy.AuthorPrefix) }
	all := slices.DeleteFunc(slices.Clone(there), isAuthors)
	if len(all) == 0 {
		return there // not the chart's: nothing to go by
	}
	model := all[0]
	if i := slices.IndexFunc(all, func(w admission.ValidatingWebhook) bool { return strings.HasPrefix(w.Name, string(policy.Ignore)) }); i >= 0 {
		model = all[i]
	}
	for _, w := range wanted {
		if !isAuthors(w) {
			continue
		}
		path := ValidatePath + "/" + strings.TrimSuffix(w.Name, Domain)
		w.ClientConfig = *model.ClientConfig.DeepCopy()
		switch {
		case w.ClientConfig.Service != nil:
			w.ClientConfig.Service.Path = &path
		case w.ClientConfig.URL != nil:
			before, _, _ := strings.Cut(*w.ClientConfig.URL, ValidatePath)
			w.ClientConfig.URL = new(before + path)
		}
		w.NamespaceSelector, w.TimeoutSeconds = model.NamespaceSelector.DeepCopy(), new(*model.TimeoutSeconds)
		if strings.HasPrefix(w.Name, policy.AuthorPrefix+string(policy.Ignore)) {
			w.FailurePolicy = new(*model.FailurePolicy)
		}
		all = append(all, w)
	}
	return all
}
