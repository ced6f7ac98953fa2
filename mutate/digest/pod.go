package digest

import corev1 "k8s.io/api/core/v1"

// PodRefs lists what containers, init containers and sidecars, and volumes of a pod use, one Ref for each object, sorted by ID; with pullSecrets the image pull
// Secrets too.
//
// The Secrets that a volume plugin reads at mount count as a whole: csi (nodePublishSecretRef), azureFile, cephfs, flexVolume, iscsi, rbd, scaleIO and storageos. No
// peer of ours looks at them, but a mount keeps old credentials until its pod is replaced, as an environment variable does.
func PodRefs(spec *corev1.PodSpec, pullSecrets bool) []Ref {
	c := collector{}
	for i := range spec.InitContainers {
		c.container(&spec.InitContainers[i])
	}
	for i := range spec.Containers {
		c.container(&spec.Containers[i])
	}
	for i := range spec.Volumes {
		c.volume(&spec.Volumes[i])
	}
	if pullSecrets {
		for _, secret := range spec.ImagePullSecrets {
			// A pod starts without its pull Secrets: the kubelet only warns, and images may be there or public.
			c.add(Ref{Kind: Secret, Name: secret.Name, All: true, Optional: true})
		}
	}
	return c.refs()
}

func (c collector) container(container *corev1.Container) {
	for i := range container.EnvFrom {
		if from := container.EnvFrom[i].SecretRef; from != nil {
			c.whole(Secret, from.Name, from.Optional)
		}
		if from := container.EnvFrom[i].ConfigMapRef; from != nil {
			c.whole(ConfigMap, from.Name, from.Optional)
		}
	}
	for i := range container.Env {
		from := container.Env[i].ValueFrom
		if from == nil {
			continue
		}
		if key := from.SecretKeyRef; key != nil {
			c.key(Secret, key.Name, key.Key, key.Optional)
		}
		if key := from.ConfigMapKeyRef; key != nil {
			c.key(ConfigMap, key.Name, key.Key, key.Optional)
		}
	}
}

func (c collector) volume(volume *corev1.Volume) {
	switch source := &volume.VolumeSource; {
	case source.Secret != nil:
		c.items(Secret, source.Secret.SecretName, source.Secret.Items, source.Secret.Optional)
	case source.ConfigMap != nil:
		c.items(ConfigMap, source.ConfigMap.Name, source.ConfigMap.Items, source.ConfigMap.Optional)
	case source.Projected != nil:
		for i := range source.Projected.Sources {
			if from := source.Projected.Sources[i].Secret; from != nil {
				c.items(Secret, from.Name, from.Items, from.Optional)
			}
			if from := source.Projected.Sources[i].ConfigMap; from != nil {
				c.items(ConfigMap, from.Name, from.Items, from.Optional)
			}
		}
	default:
		c.whole(Secret, mountSecret(source), nil)
	}
}

// mountSecret names the Secret that a volume plugin reads at mount, "" when it reads none.
func mountSecret(source *corev1.VolumeSource) string {
	var ref *corev1.LocalObjectReference
	switch {
	case source.AzureFile != nil:
		return source.AzureFile.SecretName
	case source.CSI != nil:
		ref = source.CSI.NodePublishSecretRef
	case source.CephFS != nil:
		ref = source.CephFS.SecretRef
	case source.FlexVolume != nil:
		ref = source.FlexVolume.SecretRef
	case source.ISCSI != nil:
		ref = source.ISCSI.SecretRef
	case source.RBD != nil:
		ref = source.RBD.SecretRef
	case source.ScaleIO != nil:
		ref = source.ScaleIO.SecretRef
	case source.StorageOS != nil:
		ref = source.StorageOS.SecretRef
	}
	if ref == nil {
		return ""
	}
	return ref.Name
}

func (c collector) whole(kind, name string, optional *bool) {
	c.add(Ref{Kind: kind, Name: name, All: true, Optional: isTrue(optional)})
}

func (c collector) key(kind, name, key string, optional *bool) {
	c.add(Ref{Kind: kind, Name: name, Keys: []Key{{Name: key, Optional: isTrue(optional)}}, Optional: isTrue(optional)})
}

// items are the keys that a volume shows; none means all. An item of an optional volume is optional: kubelet leaves its file out.
func (c collector) items(kind, name string, items []corev1.KeyToPath, optional *bool) {
	if len(items) == 0 {
		c.whole(kind, name, optional)
		return
	}
	for _, item := range items {
		c.key(kind, name, item.Key, optional)
	}
}

func isTrue(b *bool) bool { return b != nil && *b }
