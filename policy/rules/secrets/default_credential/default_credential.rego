# METADATA
# title: Literal default for a credential
# description: |
#   A fallback such as `local-only` works on somebody's laptop, hides a missing variable everywhere else, and is known to
#   everybody who can read the repository. A missing credential should stop the program with its name.
# related_resources:
#   - ref: https://docs.getdbt.com/reference/dbt-jinja-functions/env_var
# schemas:
#   - input: schema.code
# custom:
#   severity: warning
#   scope: document
#   when: tip
#   kinds: [code]
#   ticket: TICKET-006
#   remediation: >-
#     delete the default, so that a missing variable is an error (`os.environ["NAME"]`, `env_var('NAME')`,
#     `${NAME:?}`), and put the local value into a file that git ignores, such as .env
#   parameters:
#     variables:
#       description: glob patterns of variables that hold credentials
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["*password*", "*passwd*", "*_pass", "*_pwd", "*secret*", "*token*", "*access_key*", "*api_key*", "*apikey*", "*private_key*", "*credential*"]
#     except:
#       description: glob patterns of variables that only tell where a credential is or how long it lives
#       schema: {type: array, items: {type: string, minLength: 1}}
#       default: ["*_file", "*_path", "*_dir", "*_name", "*_url", "*_uri", "*_endpoint", "*_arn", "*_ttl", "*_expir*", "*_length", "*_type"]
package secrets.default_credential

import data.lib.globs

deny contains {"message": message, "at": fallback.at} if {
	some fallback in input.fallbacks
	not fallback.empty
	regex.match(variables, fallback.variable)
	not regex.match(except, fallback.variable)
	message := sprintf("%s has a literal default in %s", [fallback.variable, fallback.call])
}

variables := globs.expression(data.parameters["secrets/default_credential"].variables)

except := globs.expression(data.parameters["secrets/default_credential"].except)
