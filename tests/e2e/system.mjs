// The running system under test, named by the same variables it was started with.
const { env } = process;
const at = (port) => `http://127.0.0.1:${port}`;

export const api = at(env.API_PORT || 37821);
export const admin = at(env.ADMIN_PORT || 37822);
export const master = at(env.UPDATER_PORT || 37820);
export const iamport = at(env.FAKE_IAMPORT_PORT || 10851);
export const toss = at(env.FAKE_TOSS_PORT || 30771);
export const encryption = {
    key: env.API_ENCRYPTION_KEY || "MCKOxv9B23r7EatArCFcBP03nfaS03T8",
    iv: env.API_ENCRYPTION_IV || "9haeYD1tIf4v8xs7",
};
/** Local mode's published one, or the first that the system was given. */
export const signingSecret = (env.WEBHOOK_SIGNING_SECRETS || "whsec_9NOqQFhepIvgpzl2aGYK9r8/4Aoc5ZU22oY4rb6J5MQ=").split(" ")[0];
/** Local mode's published one, or that which the system was given. */
export const systemPassword = env.SYSTEM_PASSWORD || "samchon";
