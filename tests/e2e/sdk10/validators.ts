// What the SDK's functions return, by the types that it was published with. typia makes the tests of them, as it did
// for the original's own suite.
import { ISystem } from "@samchon/payment-backend/lib/api/structures/monitors/ISystem";
import { IPerformance } from "@samchon/payment-backend/lib/api/structures/monitors/IPerformance";
import { IPaymentHistory } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentHistory";
import { IPaymentReservation } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentReservation";
import { IPaymentWebhookHistory } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentWebhookHistory";
import typia from "typia";

// The records of each gateway by themselves: of a union typia would only say that no member fits.
export const history = {
    iamport: typia.createValidate<IPaymentHistory.IamportType>(),
    "toss.payments": typia.createValidate<IPaymentHistory.TossType>(),
};
export const reservation = {
    iamport: typia.createValidate<IPaymentReservation.IamportType>(),
    "toss.payments": typia.createValidate<IPaymentReservation.TossType>(),
};
export const webhook = typia.createValidate<IPaymentWebhookHistory>();
export const performance = typia.createValidate<IPerformance>();
export const system = typia.createValidate<ISystem>();
