package main

import (
	"context"
	"crypto/aes"
	"encoding/base64"
	"fmt"
	"io"

	"k8s.io/apiserver/pkg/storage/value"
	aestransformer "k8s.io/apiserver/pkg/storage/value/encrypt/aes"
	"k8s.io/apiserver/pkg/storage/value/encrypt/secretbox"
)

// writeEncrypted writes values as API servers encrypt them: PROVIDER KEY-NAME SECRET ETCD-KEY VALUE, the
// secret and the value in Base64. Initialization vectors are random, so every run writes others.
func writeEncrypted(out io.Writer, plain []byte) {
	const etcdKey = "/registry/secrets/default/db"
	for i, length := range []int{16, 24, 32} {
		secret := make([]byte, length)
		for j := range secret {
			secret[j] = byte(i*64 + j)
		}
		block, err := aes.NewCipher(secret)
		check(err)
		gcm, err := aestransformer.NewGCMTransformer(block)
		check(err)
		one(out, "aescbc", secret, etcdKey, plain, aestransformer.NewCBCTransformer(block))
		one(out, "aesgcm", secret, etcdKey, plain, gcm)
	}
	var secret [32]byte
	for j := range secret {
		secret[j] = byte(200 + j)
	}
	one(out, "secretbox", secret[:], etcdKey, plain, secretbox.NewSecretboxTransformer(secret))
	long := make([]byte, 1000)
	one(out, "secretbox", secret[:], etcdKey, append(long, plain...), secretbox.NewSecretboxTransformer(secret))
}

func one(out io.Writer, provider string, secret []byte, etcdKey string, plain []byte, transformer value.Transformer) {
	name := fmt.Sprintf("key%d", len(secret))
	prefixed := value.NewPrefixTransformers(nil, value.PrefixTransformer{
		Prefix: []byte("k8s:enc:" + provider + ":v1:" + name + ":"), Transformer: transformer})
	stored, err := prefixed.TransformToStorage(context.Background(), plain, value.DefaultContext(etcdKey))
	check(err)
	text := base64.StdEncoding
	fmt.Fprintf(out, "%s %s %s %s %s %s\n", provider, name, text.EncodeToString(secret), etcdKey,
		text.EncodeToString(stored), text.EncodeToString(plain))
}

// sealed encrypts a value with the key "key1" of secretbox, whose bytes are 1 to 32.
func sealed(etcdKey string, plain []byte) []byte {
	var secret [32]byte
	for i := range secret {
		secret[i] = byte(i + 1)
	}
	prefixed := value.NewPrefixTransformers(nil, value.PrefixTransformer{
		Prefix: []byte("k8s:enc:secretbox:v1:key1:"), Transformer: secretbox.NewSecretboxTransformer(secret)})
	stored, err := prefixed.TransformToStorage(context.Background(), plain, value.DefaultContext(etcdKey))
	check(err)
	return stored
}
