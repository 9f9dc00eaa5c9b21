//! The rules of secrets: one for each family. Ids are stable, and so are shapes: what is found today is found tomorrow.

use crate::model::rules;

rules! {
    GITHUB_TOKEN = "secret/github-token", Error,
    "No token of GitHub stands in a file",
r"A token of GitHub lets whoever reads it act as the person or app that it was issued to: push, read private code,
change workflows.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it at <https://github.com/settings/tokens> (a person's), or in the settings of the app that issued it. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `GITHUB_TOKEN: <36 characters>`

Right: `GITHUB_TOKEN: ${secrets.<request>.<KEY>}`";

    GITLAB_TOKEN = "secret/gitlab-token", Error,
    "No token of GitLab stands in a file",
r"A token of GitLab lets whoever reads it act as the person, project or runner that it was issued to.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it under *Access tokens* of the person, project or group. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `GITLAB_TOKEN: <20 characters>`

Right: `GITLAB_TOKEN: ${secrets.<request>.<KEY>}`";

    AWS_ACCESS_KEY = "secret/aws-access-key", Error,
    "No access key of AWS stands in a file",
r"An access key id is half of a pair that is usable from everywhere, without a second factor. Where the id was pasted,
the secret half is rarely far.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Deactivate the key in IAM, look at what it did in CloudTrail, then delete it. A workload needs no key at all: declare
a resource, and its identity gets what it needs. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `AWS_ACCESS_KEY_ID: <16 characters>`

Right: `AWS_ACCESS_KEY_ID: ${secrets.<request>.<KEY>}`";

    AWS_SECRET_ACCESS_KEY = "secret/aws-secret-access-key", Error,
    "No secret access key of AWS stands in a file",
r"With the id beside it, it signs requests as its owner, from everywhere.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Deactivate the pair in IAM, look at what it did in CloudTrail, then delete it. A workload needs no key at all: declare
a resource, and its identity gets what it needs. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `AWS_SECRET_ACCESS_KEY: <40 characters>`

Right: `AWS_SECRET_ACCESS_KEY: ${secrets.<request>.<KEY>}`";

    PRIVATE_KEY = "secret/private-key", Error,
    "No private key stands in a file",
r"Who has a private key is the server, person or signer that it belongs to. A passphrase only delays that. No comment
makes a private key harmless to Pavior; public keys and certificates are never meant.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Replace the pair: revoke the certificate, or remove the public key wherever it is trusted. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `-----BEGIN RSA PRIVATE KEY-----`

Right: `KEY: ${secrets.<request>.<KEY>}`";

    GCP_SERVICE_ACCOUNT = "secret/gcp-service-account", Error,
    "No key of a GCP service account stands in a file",
r"The file that Google Cloud gives for a service account is a private key with its address. It is valid until somebody
deletes it.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Delete the key (`gcloud iam service-accounts keys delete`), and look at the account's activity. A workload needs none:
its identity is bound to its Kubernetes service account. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `private_key_id: <40 hexadecimal digits>`

Right: `private_key_id: ${secrets.<request>.<KEY>}`";

    GOOGLE_API_KEY = "secret/google-api-key", Error,
    "No API key or OAuth secret of Google stands in a file",
r"Calls with a key of Google are charged to its project, and may read what the project lets it read.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Delete the key under *APIs & Services > Credentials*, and restrict the next one to the APIs it needs. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `MAPS_KEY: <35 characters>`

Right: `MAPS_KEY: ${secrets.<request>.<KEY>}`";

    SLACK_TOKEN = "secret/slack-token", Error,
    "No token of Slack stands in a file",
r"A token of Slack reads and writes messages as the app or person that it was issued to.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it with `auth.revoke`, or reinstall the app. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `SLACK_TOKEN: <24 characters>`

Right: `SLACK_TOKEN: ${secrets.<request>.<KEY>}`";

    SLACK_WEBHOOK = "secret/slack-webhook", Error,
    "No webhook of Slack stands in a file",
r"Whoever knows the address of a webhook writes into its channel in the name of its app.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Remove the webhook in the app's settings and make another. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `WEBHOOK: https://hooks.slack.com/services/<path>`

Right: `KEY: ${secrets.<request>.<KEY>}`";

    STRIPE_KEY = "secret/stripe-key", Error,
    "No secret key of Stripe stands in a file",
r"A secret key moves money and reads customers; a webhook secret forges events. A test key shows the way to the live
one.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Roll the key in Stripe's dashboard, and look at the log of its requests. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `STRIPE_KEY: <24 characters>`

Right: `STRIPE_KEY: ${secrets.<request>.<KEY>}`";

    NPM_TOKEN = "secret/npm-token", Error,
    "No token of npm stands in a file",
r"Who has a token of npm publishes packages in its owner's name, and everybody who installs them runs that code.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it with `npm token revoke`, and look at what was published. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `NPM_TOKEN: <36 characters>`

Right: `NPM_TOKEN: ${secrets.<request>.<KEY>}`";

    PYPI_TOKEN = "secret/pypi-token", Error,
    "No token of PyPI stands in a file",
r"Who has a token of PyPI publishes packages in its owner's name, and everybody who installs them runs that code.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Remove it in the account's settings on PyPI, and look at what was published. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `PYPI_TOKEN: pypi-<macaroon>`

Right: `PYPI_TOKEN: ${secrets.<request>.<KEY>}`";

    DIGITALOCEAN_TOKEN = "secret/digitalocean-token", Error,
    "No token of DigitalOcean stands in a file",
r"A token of DigitalOcean makes and deletes machines and data of its account.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it under *API* in the control panel. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `DO_TOKEN: <64 hexadecimal digits>`

Right: `DO_TOKEN: ${secrets.<request>.<KEY>}`";

    SENDGRID_KEY = "secret/sendgrid-key", Error,
    "No key of SendGrid stands in a file",
r"Who has a key of SendGrid sends mail in the name of your domain, past every filter that trusts it.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Delete it under *Settings > API Keys*. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `MAIL_KEY: SG.<22 characters>.<43 characters>`

Right: `MAIL_KEY: ${secrets.<request>.<KEY>}`";

    TWILIO_KEY = "secret/twilio-key", Error,
    "No key of Twilio stands in a file",
r"Who has a key of Twilio calls and sends messages at your cost and in your name.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Delete it in Twilio's console under *API keys*. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `TWILIO_KEY: <32 hexadecimal digits>`

Right: `TWILIO_KEY: ${secrets.<request>.<KEY>}`";

    ANTHROPIC_KEY = "secret/anthropic-key", Error,
    "No key of Anthropic stands in a file",
r"Calls with a key of Anthropic are charged to its organisation, and may read what the organisation keeps there.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Delete it in the console under *API keys*. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `ANTHROPIC_API_KEY: <characters>`

Right: `ANTHROPIC_API_KEY: ${secrets.<request>.<KEY>}`";

    OPENAI_KEY = "secret/openai-key", Error,
    "No key of OpenAI stands in a file",
r"Calls with a key of OpenAI are charged to its project, and may read what the project keeps there.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Delete it in the platform's settings under *API keys*. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `OPENAI_API_KEY: <characters>`

Right: `OPENAI_API_KEY: ${secrets.<request>.<KEY>}`";

    AZURE_STORAGE_KEY = "secret/azure-key", Error,
    "No account key of Azure stands in a file",
r"The key in a connection string of Azure opens the whole account: storage, queues or bus, to read and to write.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Rotate the key (`az storage account keys renew`), first the one that is not in use. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `CONNECTION: AccountName=shop;AccountKey=<88 characters>`

Right: `KEY: ${secrets.<request>.<KEY>}`";

    AZURE_SIGNATURE = "secret/azure-signature", Error,
    "No signed address of Azure stands in a file",
r"Whoever knows a signed address may do what it was signed for until it expires, and it cannot be called back by itself.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Rotate the key that signed it, or change the stored access policy. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `URL: https://x.blob.core.windows.net/y?sv=2024-01-01&sig=<signature>`

Right: `KEY: ${secrets.<request>.<KEY>}`";

    JWT = "secret/json-web-token", Error,
    "No JSON Web Token stands in a file",
r"A JSON Web Token is what somebody showed to be let in. Until it expires, whoever reads it is let in as well; those of
Kubernetes' older service accounts never expire.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
End the session, or rotate the key that signs; delete the `Secret` of a service account's token. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `TOKEN: eyJ<header>.eyJ<claims>.<signature>`

Right: `KEY: ${secrets.<request>.<KEY>}`";

    URL_PASSWORD = "secret/url-password", Error,
    "No address holds a password",
r"An address with a password in it is printed by logs, proxies and error pages, beside standing here for all who can
read the repository.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Change the password. For a database that Pavior provides, refer to the resource: its password never is in a file. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `DATABASE_URL: postgres://shop:<password>@db/shop`

Right: `DATABASE_URL: ${secrets.<request>.<KEY>}`";

    VAULT_TOKEN = "secret/vault-token", Error,
    "No token of Vault stands in a file",
r"A token of Vault opens all that its policies let it read, which is usually other secrets.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it with `vault token revoke`, and look at the audit log. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `VAULT_TOKEN: <90 characters>`

Right: `VAULT_TOKEN: ${secrets.<request>.<KEY>}`";

    SERVICE_TOKEN = "secret/service-token", Error,
    "No token of a known service stands in a file",
r"Its first characters say which service issued it, and that it opens something there.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it where it was issued, and look at what was done with it. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `HF_TOKEN: <34 letters>`

Right: `HF_TOKEN: ${secrets.<request>.<KEY>}`";

    PASSWORD = "secret/password", Error,
    "No password stands in a file",
r"A value under `password`, `passphrase`, `pwd` or `credentials` that looks made up, and stands for nothing else, is
taken for a password. Whoever can read the repository, or ever could, knows it. Placeholders, names, references and
what programs ship with (`postgres`) are not meant.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Change the password. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `DB_PASSWORD: <what nobody else should know>`

Right: `DB_PASSWORD: ${secrets.<request>.<KEY>}`";

    TOKEN = "secret/token", Error,
    "No key or token stands in a file",
r"A value of 16 and more random characters under a key that ends in `token`, `secret`, `api_key` or the like is taken
for a key, whoever issued it. Placeholders, names, digests, UUIDs and references are not meant.

To mend it, rotate first: it is compromised since it was pushed, and deleting the line does not call it back.
Revoke it where it was issued. Then declare a `SecretRequest` and refer to it; the value goes to the secret store.

Wrong: `PAYMENT_API_KEY: <32 hexadecimal digits>`

Right: `PAYMENT_API_KEY: ${secrets.<request>.<KEY>}`";

    SAID_TO_BE_NONE = "secret/said-to-be-none", Warning,
    "What is newly said to be no secret is seen by somebody else",
r"A value that looks like a secret and ends its line with `pavior:not-a-secret <why>` blocks nothing. Whoever pastes a
secret could write that, too: so each change that brings such a value is told where it stands, and an owner of the
platform has to approve it. Once it is merged it is only counted.

To mend it, take the value out, if it is a secret after all; else say in the reason why it is none.

Wrong: a key that still works, with `# pavior:not-a-secret an example`

Right: a key that was published as an example by whoever issues such keys, with where it was published";

    HISTORY_CUT = "secret/history-cut", Warning,
    "All commits of a change are searched for secrets",
r"A secret that one commit of a branch adds and the next removes is in the history that is merged, and was readable
since it was pushed. So `pavior check --base` reads what each commit of the change introduced, up to a bound, and says
where it ended. What lies beyond was not searched, which is not the same as clean.

To mend it, split the change, or search the rest with `pavior check --base <later commit>`. In a shallow clone, fetch
the history: `fetch-depth: 0` in actions/checkout, or `git fetch --unshallow`.

Wrong: `actions/checkout` with its default of one commit

Right: `actions/checkout` with `fetch-depth: 0`";
}
