// Package pkcs5 pads a message to whole AES blocks and takes the padding off
// again in constant time. It neither encrypts nor authenticates; those who call
// it must answer a bad padding exactly as they answer any other bad message.
//
// The scheme is RFC 8018 §6.1.1, widened from 8 to 16 byte blocks as RFC 5652
// §6.3 does; Java and Node call it PKCS#5 all the same.
package pkcs5

import (
	"crypto/aes"
	"crypto/subtle"
)

// PaddedLen is the length of n bytes once they are padded. It is always more
// than n.
func PaddedLen(n int) int { return n - n%aes.BlockSize + aes.BlockSize }

// Pad fills padded from its n-th byte on; len(padded) is PaddedLen(n).
func Pad(padded []byte, n int) {
	missing := byte(len(padded) - n)
	for i := n; i < len(padded); i++ {
		padded[i] = missing
	}
}

// Unpad returns how long the message inside padded is, and 1 if the padding is
// right, else 0. It looks at the whole last block whatever is in it, so that its
// duration says nothing. padded has at least one block.
func Unpad(padded []byte) (n, ok int) {
	last := padded[len(padded)-aes.BlockSize:]
	claimed := last[aes.BlockSize-1]
	ok = subtle.ConstantTimeLessOrEq(1, int(claimed)) & subtle.ConstantTimeLessOrEq(int(claimed), aes.BlockSize)
	for i, b := range last {
		isPadding := subtle.ConstantTimeLessOrEq(aes.BlockSize-i, int(claimed))
		ok &= subtle.ConstantTimeByteEq(b, claimed) | (1 ^ isPadding)
	}
	return len(padded) - int(claimed)*ok, ok
}
