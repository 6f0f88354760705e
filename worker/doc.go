// Package worker is the HTTP API and the background jobs of payments-server: one
// process of a generation. It translates between the wire and the domain
// (internal/payment) and decides nothing about payments.
//
// A request passes, from the outside in:
//
//	request id, log record, recovery ─▶ CORS ─▶ body limit ─▶ sealed? open the body once
//	─▶ huma: schema validation ─▶ operation ─▶ internal/payment
//
// Operations are sealed unless they say otherwise: their bodies are encrypted
// both ways. Errors never are; they are RFC 9457 problem details.
package worker
