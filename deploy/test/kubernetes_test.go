// Package test holds what is deployed against what is in the server: Kubernetes' own types, the configuration, the
// Dockerfile. It is a module of its own, so that the server's need not know of Kubernetes.
package test

import (
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// jobsStop is how long a worker waits for background jobs when it stops: stopTimeout of the package worker.
const jobsStop = 20 * time.Second

// cluster is what an overlay makes of one.
type cluster struct {
	deployment *appsv1.Deployment
	job        *batchv1.Job
	service    *corev1.Service
	budget     *policyv1.PodDisruptionBudget
	network    *networkingv1.NetworkPolicy
	autoscaler *autoscalingv2.HorizontalPodAutoscaler // nil in local mode
	configs    map[string]*corev1.ConfigMap
	secrets    map[string]*corev1.Secret
}

func TestOverlays(t *testing.T) {
	t.Parallel()
	for _, overlay := range []string{"local", "dev", "real"} {
		t.Run(overlay, func(t *testing.T) {
			t.Parallel()
			c := render(t, overlay)
			pod := c.deployment.Spec.Template
			server := pod.Spec.Containers[0]
			deployed := c.load(t, pod.Spec)

			t.Run("RunsInItsMode", func(t *testing.T) {
				if string(deployed.config.Mode) != overlay {
					t.Errorf("the mode is %s", deployed.config.Mode)
				}
				c.load(t, c.job.Spec.Template.Spec)
			})
			t.Run("ListensWhereItIsCalled", func(t *testing.T) {
				for name, port := range map[string]int{"api": deployed.config.API.Port, "admin": deployed.config.Admin.Port} {
					i := slices.IndexFunc(server.Ports, func(p corev1.ContainerPort) bool { return p.Name == name })
					if i < 0 || int(server.Ports[i].ContainerPort) != port {
						t.Errorf("the server's %s port is %d, the container's are %v", name, port, server.Ports)
					}
				}
				if host := deployed.config.Admin.Host; host != "0.0.0.0" {
					t.Errorf("the kubelet cannot reach the admin port on %s", host)
				}
				if port := c.service.Spec.Ports[0]; port.TargetPort.StrVal != "api" || int(port.Port) != deployed.config.API.Port {
					t.Errorf("the service leads to %v", port)
				}
				if port := pod.Annotations["prometheus.io/port"]; port != strconv.Itoa(deployed.config.Admin.Port) {
					t.Errorf("Prometheus scrapes port %s", port)
				}
			})
			t.Run("IsProbedWhereItAnswers", func(t *testing.T) { probed(t, server) })
			t.Run("HasTimeToStartAndToDrain", func(t *testing.T) {
				probe := server.StartupProbe
				if time.Duration(probe.PeriodSeconds*probe.FailureThreshold)*time.Second < deployed.config.Handover.Ready {
					t.Errorf("a start may take %v, the probe gives less", deployed.config.Handover.Ready)
				}
				grace := time.Duration(*pod.Spec.TerminationGracePeriodSeconds) * time.Second
				announced := time.Duration(server.Lifecycle.PreStop.Sleep.Seconds) * time.Second
				if needs := announced + deployed.config.Handover.Stop + jobsStop; grace <= needs {
					t.Errorf("a stop may take %v, and %v are given", needs, grace)
				}
			})
			t.Run("IsSelected", func(t *testing.T) {
				for what, selector := range map[string]map[string]string{
					"deployment": c.deployment.Spec.Selector.MatchLabels, "service": c.service.Spec.Selector,
					"budget": c.budget.Spec.Selector.MatchLabels, "network policy": c.network.Spec.PodSelector.MatchLabels,
					"zones": pod.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
					"nodes": pod.Spec.TopologySpreadConstraints[1].LabelSelector.MatchLabels,
				} {
					if len(selector) == 0 || !labels.SelectorFromSet(selector).Matches(labels.Set(pod.Labels)) {
						t.Errorf("the %s selects %v, and not the pods' %v", what, selector, pod.Labels)
					}
				}
				if job := c.job.Spec.Template.Labels; labels.SelectorFromSet(c.service.Spec.Selector).Matches(labels.Set(job)) {
					t.Error("the service leads to the migration, too")
				}
				if !labels.SelectorFromSet(c.network.Spec.PodSelector.MatchLabels).Matches(labels.Set(c.job.Spec.Template.Labels)) {
					t.Error("the migration may talk to everybody")
				}
				if clients := c.network.Spec.Ingress[0].From[0].PodSelector.MatchLabels; len(clients) != 1 {
					t.Errorf("clients must have the labels %v, want one", clients)
				}
			})
			t.Run("MayTalkToWhomItMust", func(t *testing.T) { talks(t, c, deployed.config) })
			t.Run("IsConfined", func(t *testing.T) {
				confined(t, pod.Spec)
				confined(t, c.job.Spec.Template.Spec)
			})
			t.Run("KeepsTheAdminFromTheServers", func(t *testing.T) {
				if deployed.config.Database.AdminURL != "" {
					t.Error("the servers know DATABASE_ADMIN_URL")
				}
			})
			if overlay != "local" {
				t.Run("Scales", func(t *testing.T) { scales(t, c) })
			}
		})
	}
}

func scales(t *testing.T, c *cluster) {
	t.Helper()
	target := c.autoscaler.Spec.ScaleTargetRef
	if target.Kind != c.deployment.Kind || target.Name != c.deployment.Name || c.deployment.Spec.Replicas != nil {
		t.Errorf("the autoscaler scales %v, the deployment says %v", target, c.deployment.Spec.Replicas)
	}
	if least := *c.autoscaler.Spec.MinReplicas; int(least) <= c.budget.Spec.MaxUnavailable.IntValue() {
		t.Errorf("of %d pods %d may be away", least, c.budget.Spec.MaxUnavailable.IntValue())
	}
	metric := c.autoscaler.Spec.Metrics[0].Pods.Metric.Name
	rule := read(t, "../kubernetes/adapter.yaml")
	if !strings.Contains(rule, `as: "`+metric+`"`) {
		t.Errorf("the adapter's rule does not serve %s", metric)
	}
	series := regexp.MustCompile(`seriesQuery: '(\w+)\{`).FindStringSubmatch(rule)[1]
	if !strings.Contains(read(t, "../../docs/metrics.md"), "| `"+series+"` | counter |") {
		t.Errorf("the adapter counts %s, which the server does not", series)
	}
}

// probed expects each probe at a path of the admin listener, which supervisor/admin.go registers.
func probed(t *testing.T, server corev1.Container) {
	t.Helper()
	routes := read(t, "../../supervisor/admin.go")
	for name, probe := range map[string]*corev1.Probe{
		"startup": server.StartupProbe, "readiness": server.ReadinessProbe, "liveness": server.LivenessProbe,
	} {
		if probe.HTTPGet.Port.StrVal != "admin" || !strings.Contains(routes, `"GET `+probe.HTTPGet.Path+`"`) {
			t.Errorf("the %s probe asks for %v", name, probe.HTTPGet)
		}
	}
}

// confined expects the sandbox of the image: somebody, nothing to write on, nothing to ask Kubernetes.
func confined(t *testing.T, pod corev1.PodSpec) {
	t.Helper()
	security, container := pod.SecurityContext, pod.Containers[0].SecurityContext
	switch {
	case !*security.RunAsNonRoot || *security.RunAsUser != imageUser(t):
		t.Errorf("the pod runs as %v", security)
	case security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
		t.Error("the pod has no seccomp profile")
	case !*container.ReadOnlyRootFilesystem || *container.AllowPrivilegeEscalation || !slices.Equal(container.Capabilities.Drop, []corev1.Capability{"ALL"}):
		t.Errorf("the container may do too much: %v", container)
	case *pod.AutomountServiceAccountToken || *pod.EnableServiceLinks:
		t.Error("the pod gets a token, or the variables of other services")
	}
}

func imageUser(t *testing.T) int64 {
	t.Helper()
	text := read(t, "../container/Dockerfile")
	user, err := strconv.ParseInt(regexp.MustCompile(`(?m)^USER (\d+):`).FindStringSubmatch(text)[1], 10, 64)
	must(t, err)
	return user
}

// load reads the configuration as the pod's only container does.
func (c *cluster) load(t *testing.T, pod corev1.PodSpec) loaded {
	t.Helper()
	container := pod.Containers[0]
	env := map[string]string{}
	for _, variable := range container.Env {
		env[variable.Name] = variable.Value
	}
	files := map[string][]byte{} // by their path in the container
	for _, mount := range container.VolumeMounts {
		i := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		if i < 0 {
			t.Fatalf("there is no volume %s", mount.Name)
		}
		for name, content := range c.contents(t, pod.Volumes[i]) {
			files[path.Join(mount.MountPath, name)] = content
		}
	}
	return loadConfig(t, container.Args, env, files)
}

// contents are the files of a volume. The secrets that an overlay does not make are the operator's.
func (c *cluster) contents(t *testing.T, v corev1.Volume) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	secret := func(name string) {
		made := c.secrets[name]
		if made == nil {
			made = &corev1.Secret{Data: operatorsSecret(t, name)}
		}
		for key, value := range made.Data {
			files[key] = value
		}
	}
	switch {
	case v.ConfigMap != nil:
		for name, text := range c.configs[v.ConfigMap.Name].Data {
			files[name] = []byte(text)
		}
	case v.Secret != nil:
		secret(v.Secret.SecretName)
	case v.Projected != nil:
		for _, source := range v.Projected.Sources {
			secret(source.Secret.Name)
		}
	}
	return files
}

// render builds an overlay and decodes it; a field that Kubernetes does not know fails the test.
func render(t *testing.T, overlay string) *cluster {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../kubernetes/overlays/"+overlay)
	must(t, err)
	text, err := built.AsYaml()
	must(t, err)
	decoder := strictDecoder(t)
	documents := yaml.NewYAMLReader(newReader(text))
	c := &cluster{configs: map[string]*corev1.ConfigMap{}, secrets: map[string]*corev1.Secret{}}
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return c
		}
		must(t, err)
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		c.take(object)
	}
}

func (c *cluster) take(object runtime.Object) {
	ours := func(o metav1.Object) bool { return o.GetName() == "payments" }
	switch o := object.(type) {
	case *appsv1.Deployment:
		if ours(o) {
			c.deployment = o
		}
	case *corev1.Service:
		if ours(o) {
			c.service = o
		}
	case *batchv1.Job:
		c.job = o
	case *policyv1.PodDisruptionBudget:
		c.budget = o
	case *networkingv1.NetworkPolicy:
		c.network = o
	case *autoscalingv2.HorizontalPodAutoscaler:
		c.autoscaler = o
	case *corev1.ConfigMap:
		c.configs[o.Name] = o
	case *corev1.Secret:
		c.secrets[o.Name] = o
	}
}

func strictDecoder(t *testing.T) runtime.Decoder {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, policyv1.AddToScheme, networkingv1.AddToScheme, autoscalingv2.AddToScheme,
	} {
		must(t, add(scheme))
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}
