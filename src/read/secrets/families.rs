//! Families of secrets that are known by how they begin. Shapes and nothing else: what they mean is told by their rules.

use super::rules;
use crate::model::Rule;

/// One kind of secret.
#[derive(Debug)]
pub(super) struct Family {
    pub rule: &'static Rule,
    /// `a GitHub token`
    pub name: &'static str,
    /// How its values begin, or the word right before them. A value without one of these is not looked at.
    pub keywords: &'static [&'static str],
    /// From the keyword on. A group is the secret; without one, all of it is.
    pub shape: &'static str,
    /// The least bits of surprise in each character.
    pub entropy: f64,
    pub proof: Proof,
}

/// What makes sure that something of the right shape is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    Shape,
    /// Its last characters are a checksum; where they are not, it may still be a secret with a slip of the hand.
    Checksum,
    /// Nothing else is ever written like this.
    Form,
    /// Its first part has to decode to the header of a JSON Web Token.
    Header,
    /// It is the password of an address.
    Password,
    /// One of the other parameters of a signed address stands near.
    Signature,
}

const fn family(
    rule: &'static Rule,
    name: &'static str,
    keywords: &'static [&'static str],
    shape: &'static str,
    entropy: f64,
) -> Family {
    Family { rule, name, keywords, shape, entropy, proof: Proof::Shape }
}

const fn proven(family: Family, proof: Proof) -> Family {
    Family { proof, ..family }
}

/// A private key in armour, in lines or in one with `\n`. The body has to hold digits, not three dots.
const ARMOUR: &str = r#"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:[\s#"'\\,+|>-]|\\[nr])*(?:Proc-Type|DEK-Info|Version|Comment):[ -\[\]-~]{0,200}(?:\\[nr])*)*((?:[\s#"'\\,+|>-]*[A-Za-z0-9+/=]{16,})+(?:[\s#"'\\,+|>-]*[A-Za-z0-9+/=]{1,15}[\s#"'\\,+|>-]*-----END)?)"#;

pub(super) static FAMILIES: &[Family] = &[
    proven(
        family(
            &rules::GITHUB_TOKEN,
            "a GitHub token",
            &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
            "gh[pousr]_[A-Za-z0-9]{36}",
            3.0,
        ),
        Proof::Checksum,
    ),
    family(&rules::GITHUB_TOKEN, "a GitHub token", &["github_pat_"], "github_pat_[A-Za-z0-9_]{60,100}", 3.0),
    family(
        &rules::GITLAB_TOKEN,
        "a GitLab token",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glimt-", "glagent-", "gloas-"],
        "gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-[A-Za-z0-9_.-]{20,300}",
        3.0,
    ),
    family(
        &rules::AWS_ACCESS_KEY,
        "an AWS access key id",
        &["AKIA", "ASIA", "ABIA"],
        "A(?:KIA|SIA|BIA)[A-Z2-7]{16}",
        2.8,
    ),
    proven(family(&rules::PRIVATE_KEY, "a private key", &["-----BEGIN"], ARMOUR, 2.5), Proof::Form),
    family(
        &rules::GCP_SERVICE_ACCOUNT,
        "a key of a GCP service account",
        &["private_key_id"],
        r#"private_key_id[\\"' ]{0,4}[:=][\\"' ]{0,4}([0-9a-f]{40})"#,
        3.0,
    ),
    family(&rules::GOOGLE_API_KEY, "a Google API key", &["AIza"], "AIza[A-Za-z0-9_-]{35}", 3.2),
    family(&rules::GOOGLE_API_KEY, "a Google OAuth secret", &["GOCSPX-"], "GOCSPX-[A-Za-z0-9_-]{28}", 3.2),
    family(
        &rules::SLACK_TOKEN,
        "a Slack token",
        &["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xoxe.xox"],
        "xox[abeoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{20,300}",
        3.0,
    ),
    family(&rules::SLACK_TOKEN, "a Slack app token", &["xapp-"], "xapp-[0-9]-[A-Za-z0-9-]{20,200}", 3.0),
    family(
        &rules::SLACK_WEBHOOK,
        "a Slack webhook",
        &["hooks.slack.com/"],
        "hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{30,100})",
        3.0,
    ),
    family(
        &rules::STRIPE_KEY,
        "a Stripe key",
        &["sk_live_", "rk_live_", "sk_test_", "rk_test_"],
        "[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}",
        3.0,
    ),
    family(&rules::STRIPE_KEY, "a Stripe webhook secret", &["whsec_"], "whsec_[A-Za-z0-9+/]{32,100}", 3.0),
    proven(family(&rules::NPM_TOKEN, "an npm token", &["npm_"], "npm_[A-Za-z0-9]{36}", 3.0), Proof::Checksum),
    family(&rules::PYPI_TOKEN, "a PyPI token", &["pypi-AgE"], "pypi-AgE[A-Za-z0-9_-]{50,300}", 3.0),
    family(
        &rules::DIGITALOCEAN_TOKEN,
        "a DigitalOcean token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        "do[opr]_v1_[a-f0-9]{64}",
        3.0,
    ),
    family(&rules::SENDGRID_KEY, "a SendGrid key", &["SG."], "SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}", 3.0),
    family(&rules::TWILIO_KEY, "a Twilio key", &["SK"], "SK[0-9a-f]{32}", 3.0),
    family(&rules::ANTHROPIC_KEY, "an Anthropic key", &["sk-ant-"], "sk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_-]{32,200}", 3.0),
    family(
        &rules::OPENAI_KEY,
        "an OpenAI key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-"],
        "sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{32,250}",
        3.0,
    ),
    family(&rules::OPENAI_KEY, "an OpenAI key", &["sk-"], "sk-[A-Za-z0-9]{40,64}", 3.5),
    family(
        &rules::AZURE_STORAGE_KEY,
        "an Azure key",
        &["AccountKey=", "SharedAccessKey="],
        "(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{42,86}={1,2})",
        3.5,
    ),
    proven(
        family(
            &rules::AZURE_SIGNATURE,
            "a signed address of Azure",
            &["sig="],
            "sig=([A-Za-z0-9%+/]{40,80}(?:=|%3D))",
            3.5,
        ),
        Proof::Signature,
    ),
    proven(
        family(
            &rules::JWT,
            "a JSON Web Token",
            &["eyJ"],
            "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]*",
            3.0,
        ),
        Proof::Header,
    ),
    proven(
        family(
            &rules::URL_PASSWORD,
            "an address with a password",
            &["://"],
            r#"://[!#-&(-.0-9;=?A-~]{0,64}:([!#-&(-.0-;=?A-~]{4,128})@[A-Za-z0-9\[$]"#,
            0.0,
        ),
        Proof::Password,
    ),
    family(&rules::VAULT_TOKEN, "a Vault token", &["hvs.", "hvb."], "hv[sb]\\.[A-Za-z0-9_-]{24,300}", 3.0),
    family(
        &rules::SERVICE_TOKEN,
        "a Docker Hub token",
        &["dckr_pat_", "dckr_oat_"],
        "dckr_[po]at_[A-Za-z0-9_-]{27,40}",
        3.0,
    ),
    family(&rules::SERVICE_TOKEN, "a Hugging Face token", &["hf_"], "hf_[A-Za-z]{34}", 3.0),
    family(&rules::SERVICE_TOKEN, "a Grafana token", &["glsa_"], "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}", 3.0),
    family(
        &rules::SERVICE_TOKEN,
        "a Shopify token",
        &["shpat_", "shpss_", "shpca_"],
        "shp(?:at|ss|ca)_[a-fA-F0-9]{32}",
        3.0,
    ),
    family(&rules::SERVICE_TOKEN, "a Databricks token", &["dapi"], "dapi[a-f0-9]{32}", 3.0),
    family(&rules::SERVICE_TOKEN, "a Linear key", &["lin_api_"], "lin_api_[A-Za-z0-9]{40}", 3.0),
    family(&rules::SERVICE_TOKEN, "a Postman key", &["PMAK-"], "PMAK-[a-f0-9]{24}-[a-f0-9]{34}", 3.0),
    family(&rules::SERVICE_TOKEN, "a RubyGems key", &["rubygems_"], "rubygems_[a-f0-9]{48}", 3.0),
    family(&rules::SERVICE_TOKEN, "a New Relic key", &["NRAK-"], "NRAK-[A-Z0-9]{27}", 3.0),
    family(&rules::SERVICE_TOKEN, "a Pulumi token", &["pul-"], "pul-[a-f0-9]{40}", 3.0),
    family(&rules::SERVICE_TOKEN, "an Atlassian token", &["ATATT3"], "ATATT3[A-Za-z0-9_=-]{60,250}", 3.0),
    family(&rules::SERVICE_TOKEN, "a Supabase token", &["sbp_"], "sbp_[a-f0-9]{40}", 3.0),
    family(&rules::SERVICE_TOKEN, "a Tailscale key", &["tskey-"], "tskey-[a-z]{2,10}-[A-Za-z0-9-]{20,80}", 3.0),
    family(&rules::SERVICE_TOKEN, "an age key", &["AGE-SECRET-KEY-1"], "AGE-SECRET-KEY-1[A-Z0-9]{58}", 3.0),
    family(
        &rules::SERVICE_TOKEN,
        "a Discord webhook",
        &["discord.com/api/webhooks/"],
        "discord\\.com/api/webhooks/[0-9]{10,25}/([A-Za-z0-9_-]{50,90})",
        3.0,
    ),
];
