// Bursts of emmansun/gmsm, timed from inside: the protocol is in ../../field.py.
package main

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
)

const module = "github.com/emmansun/gmsm"

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return dependency.Version
			}
		}
	}
	return "unknown"
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	message := make([]byte, 200)
	data := make([]byte, 16384)
	key, err := sm2.GenerateKey(rand.Reader)
	must(err)
	options := sm2.NewSM2SignerOption(true, nil)
	signature, err := key.Sign(rand.Reader, message, options)
	must(err)
	ciphertext, err := sm2.EncryptASN1(rand.Reader, &key.PublicKey, message[:32])
	must(err)
	tasks := map[string]func(){
		"sign": func() {
			_, err := key.Sign(rand.Reader, message, options)
			must(err)
		},
		"verify": func() {
			if !sm2.VerifyASN1WithSM2(&key.PublicKey, nil, message, signature) {
				panic("verify")
			}
		},
		"encrypt": func() {
			_, err := sm2.EncryptASN1(rand.Reader, &key.PublicKey, message[:32])
			must(err)
		},
		"decrypt": func() {
			_, err := sm2.Decrypt(key, ciphertext)
			must(err)
		},
		"sm3": func() { _ = sm3.Sum(data) },
	}
	fmt.Printf("ready emmansun/gmsm %s\n", version())
	input := bufio.NewReader(os.Stdin)
	for {
		var name string
		var count int
		if _, err := fmt.Fscan(input, &name, &count); err != nil {
			return
		}
		task, known := tasks[name]
		if !known {
			fmt.Println("unknown")
			continue
		}
		begin := time.Now()
		for range count {
			task()
		}
		fmt.Printf("%.9f\n", time.Since(begin).Seconds())
	}
}
