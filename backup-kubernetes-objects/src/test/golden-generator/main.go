// Writes the schema by which objects of Kubernetes are decoded, and the objects with which the decoding is
// tested: filled from a seed, as they are stored and as Kubernetes' own serializer shows them in JSON.
//
//	go run . ../../main/resources/dev/etcdbackup/kubernetes/objects ../resources/golden
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	admissionregistrationv1alpha1 "k8s.io/api/admissionregistration/v1alpha1"
	admissionregistrationv1beta1 "k8s.io/api/admissionregistration/v1beta1"
	apiserverinternalv1alpha1 "k8s.io/api/apiserverinternal/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	appsv1beta1 "k8s.io/api/apps/v1beta1"
	appsv1beta2 "k8s.io/api/apps/v1beta2"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	autoscalingv2beta1 "k8s.io/api/autoscaling/v2beta1"
	autoscalingv2beta2 "k8s.io/api/autoscaling/v2beta2"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	certificatesv1 "k8s.io/api/certificates/v1"
	certificatesv1alpha1 "k8s.io/api/certificates/v1alpha1"
	certificatesv1beta1 "k8s.io/api/certificates/v1beta1"
	coordinationv1 "k8s.io/api/coordination/v1"
	coordinationv1alpha2 "k8s.io/api/coordination/v1alpha2"
	coordinationv1beta1 "k8s.io/api/coordination/v1beta1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	discoveryv1beta1 "k8s.io/api/discovery/v1beta1"
	eventsv1 "k8s.io/api/events/v1"
	eventsv1beta1 "k8s.io/api/events/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	flowcontrolv1beta1 "k8s.io/api/flowcontrol/v1beta1"
	flowcontrolv1beta2 "k8s.io/api/flowcontrol/v1beta2"
	flowcontrolv1beta3 "k8s.io/api/flowcontrol/v1beta3"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	nodev1 "k8s.io/api/node/v1"
	nodev1alpha1 "k8s.io/api/node/v1alpha1"
	nodev1beta1 "k8s.io/api/node/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1alpha1 "k8s.io/api/rbac/v1alpha1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1"
	resourcev1 "k8s.io/api/resource/v1"
	resourcev1alpha3 "k8s.io/api/resource/v1alpha3"
	resourcev1beta1 "k8s.io/api/resource/v1beta1"
	resourcev1beta2 "k8s.io/api/resource/v1beta2"
	schedulingv1 "k8s.io/api/scheduling/v1"
	schedulingv1alpha1 "k8s.io/api/scheduling/v1alpha1"
	schedulingv1beta1 "k8s.io/api/scheduling/v1beta1"
	storagev1 "k8s.io/api/storage/v1"
	storagev1alpha1 "k8s.io/api/storage/v1alpha1"
	storagev1beta1 "k8s.io/api/storage/v1beta1"
	storagemigrationv1alpha1 "k8s.io/api/storagemigration/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

var groups = []func(*runtime.Scheme) error{
	admissionregistrationv1.AddToScheme,
	admissionregistrationv1alpha1.AddToScheme,
	admissionregistrationv1beta1.AddToScheme,
	apiserverinternalv1alpha1.AddToScheme,
	appsv1.AddToScheme,
	appsv1beta1.AddToScheme,
	appsv1beta2.AddToScheme,
	autoscalingv1.AddToScheme,
	autoscalingv2.AddToScheme,
	autoscalingv2beta1.AddToScheme,
	autoscalingv2beta2.AddToScheme,
	batchv1.AddToScheme,
	batchv1beta1.AddToScheme,
	certificatesv1.AddToScheme,
	certificatesv1alpha1.AddToScheme,
	certificatesv1beta1.AddToScheme,
	coordinationv1.AddToScheme,
	coordinationv1alpha2.AddToScheme,
	coordinationv1beta1.AddToScheme,
	corev1.AddToScheme,
	discoveryv1.AddToScheme,
	discoveryv1beta1.AddToScheme,
	eventsv1.AddToScheme,
	eventsv1beta1.AddToScheme,
	extensionsv1beta1.AddToScheme,
	flowcontrolv1.AddToScheme,
	flowcontrolv1beta1.AddToScheme,
	flowcontrolv1beta2.AddToScheme,
	flowcontrolv1beta3.AddToScheme,
	networkingv1.AddToScheme,
	networkingv1beta1.AddToScheme,
	nodev1.AddToScheme,
	nodev1alpha1.AddToScheme,
	nodev1beta1.AddToScheme,
	policyv1.AddToScheme,
	policyv1beta1.AddToScheme,
	rbacv1.AddToScheme,
	rbacv1alpha1.AddToScheme,
	rbacv1beta1.AddToScheme,
	resourcev1.AddToScheme,
	resourcev1alpha3.AddToScheme,
	resourcev1beta1.AddToScheme,
	resourcev1beta2.AddToScheme,
	schedulingv1.AddToScheme,
	schedulingv1alpha1.AddToScheme,
	schedulingv1beta1.AddToScheme,
	storagev1.AddToScheme,
	storagev1alpha1.AddToScheme,
	storagev1beta1.AddToScheme,
	storagemigrationv1alpha1.AddToScheme,
}

// Objects that have names and are requests all the same, never stored.
var requests = map[string]bool{"Binding": true, "DeploymentRollback": true, "Eviction": true, "PodStatusResult": true, "Scale": true}

func main() {
	scheme := runtime.NewScheme()
	for _, add := range groups {
		check(add(scheme))
	}
	kinds := stored(scheme)
	write(filepath.Join(os.Args[1], "schema.txt"), func(out io.Writer) { writeSchema(out, kinds) })
	write(filepath.Join(os.Args[2], "objects.txt"), func(out io.Writer) { writeObjects(out, scheme, kinds) })
	write(filepath.Join(os.Args[2], "cluster.txt"), func(out io.Writer) { writeCluster(out, scheme) })
	secret := filled(scheme, schema.GroupVersionKind{Version: "v1", Kind: "Secret"}, 60)
	write(filepath.Join(os.Args[2], "encrypted.txt"), func(out io.Writer) { writeEncrypted(out, encoded(scheme, secret)) })
}

func write(file string, content func(io.Writer)) {
	var out bytes.Buffer
	content(&out)
	check(os.WriteFile(file, out.Bytes(), 0o644))
}

// stored returns the kinds of which objects lie in etcd: those that have names.
func stored(scheme *runtime.Scheme) map[schema.GroupVersionKind]reflect.Type {
	kinds := map[schema.GroupVersionKind]reflect.Type{}
	for gvk, t := range scheme.AllKnownTypes() {
		meta, has := t.FieldByName("ObjectMeta")
		if has && meta.Anonymous && gvk.Version != runtime.APIVersionInternal && !requests[gvk.Kind] {
			kinds[gvk] = t
		}
	}
	return kinds
}

// writeObjects writes lines of: API-VERSION KIND VALUE JSON. The value, in Base64, is what etcd holds.
func writeObjects(out io.Writer, scheme *runtime.Scheme, kinds map[schema.GroupVersionKind]reflect.Type) {
	for _, gvk := range sorted(kinds) {
		if strings.Contains(gvk.Version, "alpha") || strings.Contains(gvk.Version, "beta") {
			continue
		}
		for _, share := range []int{90, 40} {
			value := encoded(scheme, filled(scheme, gvk, share))
			object, _, err := protobuf.NewSerializer(scheme, scheme).Decode(value, nil, nil)
			check(err)
			var text bytes.Buffer
			check(json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{}).Encode(object, &text))
			fmt.Fprintf(out, "%s %s %s %s\n", gvk.GroupVersion(), gvk.Kind,
				base64.StdEncoding.EncodeToString(value), strings.TrimSpace(text.String()))
		}
	}
}

// filled returns an object whose seed is its kind.
func filled(scheme *runtime.Scheme, gvk schema.GroupVersionKind, share int) runtime.Object {
	object, err := scheme.New(gvk)
	check(err)
	seed := fnv.New64a()
	fmt.Fprint(seed, gvk, share)
	(&filler{state: seed.Sum64(), share: share}).fill(reflect.ValueOf(object).Elem(), 0)
	object.(metav1.Object).SetName("web")
	object.GetObjectKind().SetGroupVersionKind(gvk)
	return object
}

func encoded(scheme *runtime.Scheme, object runtime.Object) []byte {
	var value bytes.Buffer
	check(protobuf.NewSerializer(scheme, scheme).Encode(object, &value))
	return value.Bytes()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
