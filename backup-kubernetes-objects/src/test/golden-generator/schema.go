package main

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Types whose JSON does not follow from their fields.
var special = map[reflect.Type]string{
	reflect.TypeOf(metav1.Time{}):          "time",
	reflect.TypeOf(metav1.MicroTime{}):     "microtime",
	reflect.TypeOf(metav1.Duration{}):      "duration",
	reflect.TypeOf(metav1.FieldsV1{}):      "json",
	reflect.TypeOf(resource.Quantity{}):    "quantity",
	reflect.TypeOf(intstr.IntOrString{}):   "intorstring",
	reflect.TypeOf(runtime.RawExtension{}): "json",
}

var (
	jsonMarshaler  = reflect.TypeOf((*json.Marshaler)(nil)).Elem()
	protoMarshaler = reflect.TypeOf((*interface{ Marshal() ([]byte, error) })(nil)).Elem()
)

// schemaWriter writes how each message is stored and what its JSON is, in lines:
//
//	kind API-VERSION KIND MESSAGE
//	message NAME
//	NUMBER JSON-NAME TYPE FLAGS
//
// The JSON name "." is that of a message whose fields are shown in place of it. TYPE is string, bool,
// int32, int64, double, bytes, one of the special types, or the name of a message; "list:" and "map:"
// before it say that it is repeated, or the values of a map from strings. The flags: p for a pointer,
// which is absent or not, o for omitempty, z for omitzero.
type schemaWriter struct {
	out   io.Writer
	names map[reflect.Type]string
	queue []reflect.Type
}

func writeSchema(out io.Writer, kinds map[schema.GroupVersionKind]reflect.Type) {
	w := &schemaWriter{out: out, names: map[reflect.Type]string{}}
	for _, gvk := range sorted(kinds) {
		fmt.Fprintf(out, "kind %s %s %s\n", gvk.GroupVersion(), gvk.Kind, w.message(kinds[gvk]))
	}
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		fmt.Fprintf(out, "message %s\n", w.names[next])
		w.fields(next)
	}
}

func sorted(kinds map[schema.GroupVersionKind]reflect.Type) []schema.GroupVersionKind {
	var all []schema.GroupVersionKind
	for gvk := range kinds {
		all = append(all, gvk)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].String() < all[j].String() })
	return all
}

func (w *schemaWriter) message(t reflect.Type) string {
	if name, known := w.names[t]; known {
		return name
	}
	parts := strings.Split(t.PkgPath(), "/")
	name := strings.Join(parts[len(parts)-2:], "/") + "." + t.Name()
	for _, taken := range w.names {
		if taken == name {
			panic("two messages of the name " + name)
		}
	}
	w.names[t] = name
	w.queue = append(w.queue, t)
	return name
}

func (w *schemaWriter) fields(t reflect.Type) {
	for i := 0; i < t.NumField(); i++ {
		field := t.Field(i)
		tag := field.Tag.Get("protobuf")
		if tag == "" {
			if field.Type != reflect.TypeOf(metav1.TypeMeta{}) {
				panic(t.String() + "." + field.Name + " is not stored")
			}
			continue
		}
		number := strings.Split(tag, ",")[1]
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		flags := ""
		if name == "" {
			if !field.Anonymous {
				panic(t.String() + "." + field.Name + " has no name in JSON")
			}
			name = "."
		}
		if name == "-" {
			continue
		}
		type_ := field.Type
		if type_.Kind() == reflect.Pointer {
			flags += "p"
			type_ = type_.Elem()
		}
		for _, option := range strings.Split(options, ",") {
			switch option {
			case "omitempty":
				flags += "o"
			case "omitzero":
				if special[type_] != "time" {
					panic(t.String() + "." + field.Name + " has omitzero and is no time")
				}
				flags += "z"
			case "", "inline":
			default:
				panic("unknown option " + option)
			}
		}
		fmt.Fprintln(w.out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", number, name, w.type_(type_), flags)))
	}
}

func (w *schemaWriter) type_(t reflect.Type) string {
	if name, known := special[t]; known {
		return name
	}
	if t.Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(jsonMarshaler) {
		panic(t.String() + " has a JSON of its own")
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64:
		return t.Kind().String()
	case reflect.Int:
		return "int64"
	case reflect.Float64:
		return "double"
	case reflect.Struct:
		return w.message(t)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		if reflect.PointerTo(t).Implements(protoMarshaler) {
			if t.Elem().Kind() != reflect.String {
				panic(t.String() + " is no list of strings")
			}
			return "strings"
		}
		return "list:" + w.type_(t.Elem())
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			panic(t.String() + " is no map from strings")
		}
		return "map:" + w.type_(t.Elem())
	}
	panic("no rule for " + t.String())
}
