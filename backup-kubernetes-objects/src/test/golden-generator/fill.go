package main

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var (
	texts = []string{
		"web", "default", "a b", "", "yes", "0x10", "1e3", "null", "héllo", "日本", "\U0001F600", "<a href=\"x\">&</a>",
		"line one\nline two\n", "tab\there", "it's", "# no comment", "- x", "key: value", "2020-01-01", "~", "\u2028", " lead", "back\\slash",
	}
	quantities = []string{"100m", "1", "1Gi", "1536Mi", "1500", "1.5Gi", "1e3", "0.1", "-5", "12E", "1n", "0", "128974848", "2500k", "100e-3"}
	documents  = []string{
		`{"a":1,"b":[true,null,"x"],"c":{"d":1.5}}`, `{}`, `{"kind":"Widget","apiVersion":"example.com/v1","n":9007199254740993}`,
		`{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}`,
	}
)

// filler fills objects with values that follow from its seed alone.
type filler struct {
	state uint64
	share int // of the pointers, lists and maps that are filled, in percent
}

func (f *filler) next() uint64 { // SplitMix64
	f.state += 0x9e3779b97f4a7c15
	z := f.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func (f *filler) below(n int) int { return int(f.next() % uint64(n)) }

func (f *filler) filled() bool { return f.below(100) < f.share }

func (f *filler) fill(v reflect.Value, depth int) {
	switch v.Type() {
	case reflect.TypeOf(metav1.TypeMeta{}):
		return
	case reflect.TypeOf(metav1.Time{}):
		if f.filled() {
			v.Set(reflect.ValueOf(metav1.Time{Time: f.time()}))
		}
		return
	case reflect.TypeOf(metav1.MicroTime{}):
		if f.filled() {
			v.Set(reflect.ValueOf(metav1.MicroTime{Time: f.time()}))
		}
		return
	case reflect.TypeOf(metav1.Duration{}):
		v.Set(reflect.ValueOf(metav1.Duration{Duration: time.Duration(int64(f.next()) >> f.below(64))}))
		return
	case reflect.TypeOf(metav1.FieldsV1{}):
		v.Set(reflect.ValueOf(metav1.FieldsV1{Raw: []byte(documents[f.below(len(documents))])}))
		return
	case reflect.TypeOf(runtime.RawExtension{}):
		if f.filled() {
			v.Set(reflect.ValueOf(runtime.RawExtension{Raw: []byte(documents[f.below(len(documents))])}))
		}
		return
	case reflect.TypeOf(resource.Quantity{}):
		v.Set(reflect.ValueOf(resource.MustParse(quantities[f.below(len(quantities))])))
		return
	case reflect.TypeOf(intstr.IntOrString{}):
		if f.below(2) == 0 {
			v.Set(reflect.ValueOf(intstr.FromInt32(int32(f.next()))))
		} else {
			v.Set(reflect.ValueOf(intstr.FromString(f.text())))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.below(2) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(f.number(v.Type().Bits()))
	case reflect.Float64:
		v.SetFloat(float64(f.number(32)) / 8)
	case reflect.Pointer:
		if depth < 12 && f.filled() {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			f.fill(v.Field(i), depth+1)
		}
	case reflect.Slice:
		f.slice(v, depth)
	case reflect.Map:
		if depth < 12 && f.filled() {
			v.Set(reflect.MakeMap(v.Type()))
			for n := 1 + f.below(2); n > 0; n-- {
				key := reflect.New(v.Type().Key()).Elem()
				key.SetString(fmt.Sprintf("%s%d", f.text(), n))
				value := reflect.New(v.Type().Elem()).Elem()
				f.fill(value, depth+1)
				v.SetMapIndex(key, value)
			}
		}
	default:
		panic("no rule for " + v.Type().String())
	}
}

func (f *filler) slice(v reflect.Value, depth int) {
	if depth >= 12 || !f.filled() {
		return
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		bytes := make([]byte, f.below(6))
		for i := range bytes {
			bytes[i] = byte(f.next())
		}
		v.SetBytes(bytes)
		return
	}
	length := 1
	if v.Type().Elem().Kind() != reflect.Struct {
		length += f.below(2)
	}
	v.Set(reflect.MakeSlice(v.Type(), length, length))
	for i := 0; i < length; i++ {
		f.fill(v.Index(i), depth+1)
	}
}

func (f *filler) text() string { return texts[f.below(len(texts))] }

func (f *filler) number(bits int) int64 {
	numbers := []int64{0, 1, -1, 3600, 65535, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	if bits == 32 {
		numbers = numbers[:7]
	}
	return numbers[f.below(len(numbers))]
}

func (f *filler) time() time.Time {
	seconds := int64(f.below(1 << 33))
	if f.below(8) == 0 {
		seconds = -seconds // before 1970
	}
	return time.Unix(seconds, int64(f.below(1000000000)))
}
