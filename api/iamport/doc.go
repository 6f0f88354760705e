// Package iamport is a client of Iamport (PortOne V1), a Korean payment gateway,
// with the types of its REST API. It works against the real one and against
// fakes/iamport. It does not retry what may have moved money, and it does not
// run the payment window of a browser.
//
// Two things about Iamport are easy to get wrong. A business failure may come
// with HTTP status 200 and a code other than 0: here it is an *Error all the
// same. And there is no idempotency key: a merchant_uid that is used once, and
// a look-up by it, are what tell whether a lost request was carried out.
package iamport
