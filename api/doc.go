// Package api is what a service needs to speak to payments-server: the types of
// its requests and answers, and a Client. It imports nothing else of the server.
//
// Field names, and what null means, are those of the TypeScript original, whose
// published clients work unmodified. Amounts are exact decimals in the
// currency's own unit: 12000 is ₩12,000. Times are UTC with milliseconds.
package api
