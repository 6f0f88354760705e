package api

// Webhook is what a service receives when one of its payments has changed. Its
// body is encrypted as every other body is.
type Webhook struct {
	ID       string  `json:"id" format:"uuid" doc:"The same in every attempt to deliver it." example:"3f1d3a9e-5d0c-4e59-9a8e-2c6f1f0f7a10"`
	Source   Source  `json:"source" doc:"Where the service keeps the order."`
	Previous History `json:"previous" doc:"The record before the change."`
	Current  History `json:"current" doc:"The record after the change."`
}
