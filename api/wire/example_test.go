package wire_test

import (
	"fmt"
	"log"

	"github.com/samchon/payments-server/api/wire"
)

func Example() {
	codec, err := wire.NewCodec("MCKOxv9B23r7EatArCFcBP03nfaS03T8", "9haeYD1tIf4v8xs7") // the local mode's
	if err != nil {
		log.Fatal(err)
	}
	body := codec.Seal(nil, []byte(`{"password":"some-password"}`))
	fmt.Printf("%s\n", body)

	plain, err := codec.Open(nil, body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", plain)
	// Output:
	// /Lu96CDAgYv09JxV0IsOQy8H7LuG9o4QJ29eZjgYjeI=
	// {"password":"some-password"}
}
