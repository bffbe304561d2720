# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_flowgate_global_optspecs
    string join \n color= h/help V/version
end

function __fish_flowgate_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_flowgate_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_flowgate_using_subcommand
    set -l cmd (__fish_flowgate_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c flowgate -n "__fish_flowgate_needs_command" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_needs_command" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "lint" -d 'Check files against the schemas and the documented rules'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "probe" -d 'Connect to the brokers of the endpoints and say which layer fails, why, and which line to change'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "run" -d 'Send one message through the dataflow and show, property by property, what comes out'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "rules" -d 'List the rules'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "explain" -d 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "schema" -d 'Print the JSON Schema of a kind, of cases, or of a report'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "man" -d 'Print the man page'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l format -d 'How findings are written' -r -f -a "human\t'Excerpts for people; plain sentences under NO_COLOR and in CI'
concise\t'A line for each finding'
json\t'One JSON object; `flowgate schema report` describes it, or `schema probe` that of `probe`'"
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l level -d 'Least severity that is shown' -r -f -a "info\t'Reminders and opinions too'
warning\t'Warnings and errors'
error\t'Errors only'"
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l fail-on -d 'Least severity that makes the exit code 1' -r -f -a "info\t'Any finding'
warning\t'A warning or an error'
error\t'An error'
never\t'No finding'"
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l select -d 'Only these rules or families' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l ignore -d 'All but these rules or families' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l aio-version -d 'Release of Azure IoT Operations on the cluster (`1.0`, `1.1.13`) or its ARM version; fields that came later are errors' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l stdin-filename -d 'Name that standard input goes by' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l closed -d 'Treat the files as all there is: a reference that leads out of them is an error'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l fix -d 'Apply safe fixes to the files'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l unsafe-fixes -d 'Apply fixes that change behaviour or take a decision, too'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l diff -d 'Print what the fixes would change, and change nothing'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l list-files -d 'Print the files that would be read, and stop'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l allow-empty -d 'Exit with 0 instead of 3 where there is nothing to check'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -s q -l quiet -d 'Print findings only, no summary; twice: nothing'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -s v -l verbose -d 'Say what was skipped and why'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l endpoint -d 'Only this endpoint; `default` is the one that every instance has. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l from-kubectl -d 'Read endpoints, dataflows and profiles from the cluster, too, in this context of `kubectl`; what it may not read is named' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l format -d 'How the result is written' -r -f -a "human\t'Excerpts for people; plain sentences under NO_COLOR and in CI'
concise\t'A line for each finding'
json\t'One JSON object; `flowgate schema report` describes it, or `schema probe` that of `probe`'"
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l level -d 'Least severity of findings that is shown' -r -f -a "info\t'Reminders and opinions too'
warning\t'Warnings and errors'
error\t'Errors only'"
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l fail-on -d 'Least severity of findings that makes the exit code 1; what cannot be told from here is a warning at least' -r -f -a "info\t'Any finding'
warning\t'A warning or an error'
error\t'An error'
never\t'No finding'"
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l explain-stage -d 'Say what a stage does and what it sends, and stop' -r -f -a "dns\t'The addresses of the host'
tcp\t'A connection to each of them'
tls\t'Chain, names, dates, version, client certificate'
protocol\t'Whether what answers speaks the protocol'
login\t'Whether the login is taken'
limits\t'What the far end allows'
listeners\t'Every listener that the brokers of Kafka advertise'
permission\t'Whether it permits what the dataflows will do'"
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l message-size -d 'Largest message that the dataflows will carry, held against the limits of the far end' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l warn-days -d 'Warn of certificates that end within so many days' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l jobs -d 'Endpoints that are probed side by side' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l connect-to -d 'Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l proxy -d 'HTTP proxy that takes CONNECT' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l timeout -d 'Longest wait for one step of a connection; for `run` also for the message to come out' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l ca -d 'PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l server-name -d 'Name to ask for and to find in the certificate, instead of that of the host' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l secret -d 'Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l secrets -d 'Directory with the values of Secrets: `DIR/NAME/KEY`' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l token-file -d 'File with the token for a service account or managed identity' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l ask -d 'Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an identity of this machine. May be repeated; the first that can give something is asked' -r -f -a "kubectl\t'`kubectl get secret`, `kubectl get configmap`, `kubectl create token`, in the current context'
az\t'`az account get-access-token`'
workload-identity\t'Entra, with the token in `AZURE_FEDERATED_TOKEN_FILE`'
service-principal\t'Entra, with the secret in `AZURE_CLIENT_SECRET`'
managed-identity\t'The identity of this Azure VM or Arc-enabled server'"
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l service-account -d 'Service account that `--ask kubectl` gets tokens for' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l username -d 'User name, which no dataflow can send in MQTT; for one endpoint only' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l password -d 'Where its password is: `file:PATH`, `env:VARIABLE` or `stdin`' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l client-cert -d 'PEM file with a client certificate and its chain; among several endpoints for those that log in by one' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l client-key -d 'PEM file with the key of it' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -s v -l verbose -d 'Show every fact'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -s q -l quiet -d 'Print findings only, no ladders; twice: nothing'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l write -d 'Send a message to each destination topic, to find out whether it is taken; the report says what was sent'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l os-roots -d 'Trust what the operating system trusts, too'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -l anonymous -d 'Log in as nobody; for one endpoint only'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand probe" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l dataflow -d 'The dataflow to run, where the files hold several' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l format -d 'How the result is written' -r -f -a "human\t'A picture and a table for people; plain lines under NO_COLOR and in CI'
json\t'One JSON object; `flowgate schema run` describes it'
junit\t'JUnit XML, a test case for each case'"
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l message -d 'A message: a `.yaml` file as under `message` of a cases file; any other file, or `-` for standard input, is its payload' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l topic -d 'Topic that it is sent to' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l payload -d 'Payload as text' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l property -d 'MQTT user property; may be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l content-type -d 'MQTT Content Type' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l response-topic -d 'MQTT Response Topic' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l correlation-data -d 'MQTT Correlation Data as text' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l expiry -d 'MQTT Message Expiry Interval in seconds' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l kafka-header -d 'Kafka header; may be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l key -d 'Kafka record key as text' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l cases -d 'Cases: messages with what is expected of each; `flowgate schema cases` describes the file. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l case -d 'Only the cases whose name holds this text' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l expect -d 'What is expected of the one message: YAML as under `expect` of a cases file' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l set -d 'Answer a question that the documentation leaves open; may be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l dataset -d 'Records of a data set, one JSON object in a line; may be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l output-schema -d 'JSON Schema that the result has to match, in place of `schemaRef`' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l connect-to -d 'Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l proxy -d 'HTTP proxy that takes CONNECT' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l timeout -d 'Longest wait for one step of a connection; for `run` also for the message to come out' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l ca -d 'PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l server-name -d 'Name to ask for and to find in the certificate, instead of that of the host' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l secret -d 'Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l secrets -d 'Directory with the values of Secrets: `DIR/NAME/KEY`' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l token-file -d 'File with the token for a service account or managed identity' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l ask -d 'Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an identity of this machine. May be repeated; the first that can give something is asked' -r -f -a "kubectl\t'`kubectl get secret`, `kubectl get configmap`, `kubectl create token`, in the current context'
az\t'`az account get-access-token`'
workload-identity\t'Entra, with the token in `AZURE_FEDERATED_TOKEN_FILE`'
service-principal\t'Entra, with the secret in `AZURE_CLIENT_SECRET`'
managed-identity\t'The identity of this Azure VM or Arc-enabled server'"
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l service-account -d 'Service account that `--ask kubectl` gets tokens for' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l sender -d 'Login of the sender, who may have other rights than the dataflow: `username=NAME`, `password=file:PATH` or `=env:VARIABLE`, `token=SOURCE`, `client-cert=FILE`, `client-key=FILE`, `anonymous`. May be repeated' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l reader -d 'Login of the reader, in the same form; `none`: nobody may read at the destination' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l count -d 'Send this many messages, and report throughput, latency, what was lost, duplicated and reordered' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l rate -d 'Messages a second; without it, as fast as it goes' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l for -d 'Send for this long: `10s`, `5m`' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l size -d 'Bytes of the payload of each message' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l part -d 'Be only a part of the run, where the parts need other places or logins; all parts get the same `--run-id`' -r -f -a "all\t'Sender, dataflow and reader'
sender\t'Only what sends at the source'
bridge\t'Only the dataflow in between'
reader\t'Only what reads at the destination'"
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l run-id -d 'Name by which the messages of this run are known' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l trace -d 'Tell every step of the translation, and show values at full length'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -s q -l quiet -d 'Print the verdict only; twice: nothing'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l live -d 'Use the brokers that the manifests name, not the sandbox; says first what is sent where, and asks'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l deployed -d 'Leave the translating to the dataflow that is deployed, and judge it; says first what is sent where, and asks'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -s y -l yes -d 'Do not ask before something is sent to a broker'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l retain -d 'MQTT retain flag'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l bless -d 'Write what came out into the cases file as what is expected'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l list-settings -d 'List the questions that the documentation leaves open, with their answers, and stop'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l legacy-filter-semantics -d 'A filter that is true keeps the message, as pages of 2024 said; the same as `--set filter-semantics=keep`'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l os-roots -d 'Trust what the operating system trusts, too'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -l resume -d 'Go on after a crash: the session at the source is kept under a stable client id'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand run" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -l format -d 'How the table is written' -r -f -a "table\t'A table for the terminal'
markdown\t'A Markdown table'
json\t'JSON'"
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -l select -d 'Only these rules or families; `probe`: the verdicts of `flowgate probe`, which are not listed otherwise' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand explain" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand explain" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand schema" -l api-version -d 'Of a kind: `v1`, `v1beta1`, or an ARM version such as `2024-11-01`; without it, `v1`' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand schema" -l aio-version -d 'Release of Azure IoT Operations on the cluster; fields that came later are left out' -r
complete -c flowgate -n "__fish_flowgate_using_subcommand schema" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand schema" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand completions" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand completions" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand man" -l color -d 'When to colour the output' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c flowgate -n "__fish_flowgate_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c flowgate -n "__fish_flowgate_using_subcommand man" -s V -l version -d 'Print version'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "lint" -d 'Check files against the schemas and the documented rules'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "probe" -d 'Connect to the brokers of the endpoints and say which layer fails, why, and which line to change'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "run" -d 'Send one message through the dataflow and show, property by property, what comes out'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "rules" -d 'List the rules'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "explain" -d 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "schema" -d 'Print the JSON Schema of a kind, of cases, or of a report'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "completions" -d 'Print the completions of a shell'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "man" -d 'Print the man page'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint probe run rules explain schema completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
