package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/samchon/payments-server/fakes/iamport"
	"github.com/samchon/payments-server/fakes/toss"
)

// roleVariable makes this program one of the servers instead.
const roleVariable = "BENCH_FAKES_ROLE"

const (
	bareRole    = "bare"
	iamportRole = "iamport"
	tossRole    = "toss"
)

// play serves until it is killed.
func play(role string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, handlerOf(role))
}

func handlerOf(role string) http.Handler {
	switch role {
	case iamportRole:
		return iamport.New(iamport.Options{}).Handler()
	case tossRole:
		return toss.New(toss.Options{}).Handler()
	default:
		return http.HandlerFunc(bare)
	}
}

// bareAnswer is about as long as a payment.
var bareAnswer = `{"imp_uid":"1","padding":"` + strings.Repeat("x", 1000) + `"}`

// bare does the least that a server can do: it reads a request and answers.
func bare(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, bareAnswer)
}
