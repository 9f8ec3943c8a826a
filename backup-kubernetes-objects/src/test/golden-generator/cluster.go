package main

import (
	"encoding/base64"
	"fmt"
	"io"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"time"
)

// writeCluster writes the keys and values of a small cluster: KEY VALUE, the value in Base64. The snapshot
// cluster.db.gz is what an etcd 3.5 streams that holds them.
func writeCluster(out io.Writer, scheme *runtime.Scheme) {
	put := func(key string, value []byte) {
		fmt.Fprintf(out, "/registry/%s %s\n", key, base64.StdEncoding.EncodeToString(value))
	}
	store := func(key string, object runtime.Object) {
		kinds, _, err := scheme.ObjectKinds(object)
		check(err)
		object.GetObjectKind().SetGroupVersionKind(kinds[0])
		put(key, encoded(scheme, object))
	}
	labels := map[string]string{"app": "web"}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec()}
	store("namespaces/default", &corev1.Namespace{ObjectMeta: meta("", "default", "10", nil)})
	store("minions/node-1", &corev1.Node{ObjectMeta: meta("", "node-1", "11", nil)})
	store("configmaps/default/settings", &corev1.ConfigMap{
		ObjectMeta: meta("default", "settings", "12", nil), Data: map[string]string{"color": "blue"}})
	store("secrets/default/db", &corev1.Secret{
		ObjectMeta: meta("default", "db", "13", nil), Type: "Opaque", Data: map[string][]byte{"password": []byte("hunter2-plain")}})
	replicas := int32(2)
	store("deployments/default/web", &appsv1.Deployment{
		ObjectMeta: meta("default", "web", "14", nil),
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: template}})
	store("replicasets/default/web-1", &appsv1.ReplicaSet{
		ObjectMeta: meta("default", "web-1", "15", owner("apps/v1", "Deployment", "web", "14")),
		Spec:       appsv1.ReplicaSetSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: template}})
	store("pods/default/web-1-a", &corev1.Pod{
		ObjectMeta: meta("default", "web-1-a", "16", owner("apps/v1", "ReplicaSet", "web-1", "15")), Spec: podSpec()})
	store("services/specs/default/web", &corev1.Service{
		ObjectMeta: meta("default", "web", "17", nil), Spec: corev1.ServiceSpec{Selector: labels, ClusterIP: "10.0.0.7"}})
	put("example.com/widgets/default/w", []byte(`{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"default",`+
		`"uid":"00000000-0000-0000-0000-000000000018"},"spec":{"size":3}}`+"\n"))
	secret := &corev1.Secret{ObjectMeta: meta("default", "vault", "19", nil), Data: map[string][]byte{"password": []byte("hunter2-sealed")}}
	secret.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	put("secrets/default/vault", sealed("/registry/secrets/default/vault", encoded(scheme, secret)))
	put("secrets/default/remote", []byte("k8s:enc:kms:v2:vault-plugin:\x00\x01\x02"))
	put("pods/default/broken", []byte("k8s\x00\x0a\xff"))
}

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{
		Name: "web", Image: "registry.example.com/web:1.2",
		Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"memory": resource.MustParse("128Mi")}}}}}
}

func uid(number string) types.UID { return types.UID("00000000-0000-0000-0000-0000000000" + number) }

func meta(namespace, name, number string, owners []metav1.OwnerReference) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, UID: uid(number), OwnerReferences: owners,
		CreationTimestamp: metav1.NewTime(time.Date(2020, 2, 3, 20, 45, 48, 0, time.UTC))}
}

func owner(apiVersion, kind, name, number string) []metav1.OwnerReference {
	controller := true
	return []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: name, UID: uid(number), Controller: &controller}}
}
