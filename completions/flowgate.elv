
use builtin;
use str;

set edit:completion:arg-completer[flowgate] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'flowgate'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'flowgate'= {
            cand --color 'When to colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand lint 'Check files against the schemas and the documented rules'
            cand probe 'Connect to the brokers of the endpoints and say which layer fails, why, and which line to change'
            cand run 'Send one message through the dataflow and show, property by property, what comes out'
            cand rules 'List the rules'
            cand explain 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
            cand schema 'Print the JSON Schema of a kind, of cases, or of a report'
            cand completions 'Print the completions of a shell'
            cand man 'Print the man page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'flowgate;lint'= {
            cand --format 'How findings are written'
            cand --level 'Least severity that is shown'
            cand --fail-on 'Least severity that makes the exit code 1'
            cand --select 'Only these rules or families'
            cand --ignore 'All but these rules or families'
            cand --aio-version 'Release of Azure IoT Operations on the cluster (`1.0`, `1.1.13`) or its ARM version; fields that came later are errors'
            cand --stdin-filename 'Name that standard input goes by'
            cand --color 'When to colour the output'
            cand --closed 'Treat the files as all there is: a reference that leads out of them is an error'
            cand --fix 'Apply safe fixes to the files'
            cand --unsafe-fixes 'Apply fixes that change behaviour or take a decision, too'
            cand --diff 'Print what the fixes would change, and change nothing'
            cand --list-files 'Print the files that would be read, and stop'
            cand --allow-empty 'Exit with 0 instead of 3 where there is nothing to check'
            cand -q 'Print findings only, no summary; twice: nothing'
            cand --quiet 'Print findings only, no summary; twice: nothing'
            cand -v 'Say what was skipped and why'
            cand --verbose 'Say what was skipped and why'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;probe'= {
            cand --endpoint 'Only this endpoint; `default` is the one that every instance has. May be repeated'
            cand --from-kubectl 'Read endpoints, dataflows and profiles from the cluster, too, in this context of `kubectl`; what it may not read is named'
            cand --format 'How the result is written'
            cand --level 'Least severity of findings that is shown'
            cand --fail-on 'Least severity of findings that makes the exit code 1; what cannot be told from here is a warning at least'
            cand --explain-stage 'Say what a stage does and what it sends, and stop'
            cand --message-size 'Largest message that the dataflows will carry, held against the limits of the far end'
            cand --warn-days 'Warn of certificates that end within so many days'
            cand --jobs 'Endpoints that are probed side by side'
            cand --connect-to 'Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated'
            cand --proxy 'HTTP proxy that takes CONNECT'
            cand --timeout 'Longest wait for one step of a connection; for `run` also for the message to come out'
            cand --ca 'PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated'
            cand --server-name 'Name to ask for and to find in the certificate, instead of that of the host'
            cand --secret 'Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated'
            cand --secrets 'Directory with the values of Secrets: `DIR/NAME/KEY`'
            cand --token-file 'File with the token for a service account or managed identity'
            cand --ask 'Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an identity of this machine. May be repeated; the first that can give something is asked'
            cand --service-account 'Service account that `--ask kubectl` gets tokens for'
            cand --username 'User name, which no dataflow can send in MQTT; for one endpoint only'
            cand --password 'Where its password is: `file:PATH`, `env:VARIABLE` or `stdin`'
            cand --client-cert 'PEM file with a client certificate and its chain; among several endpoints for those that log in by one'
            cand --client-key 'PEM file with the key of it'
            cand --color 'When to colour the output'
            cand -v 'Show every fact'
            cand --verbose 'Show every fact'
            cand -q 'Print findings only, no ladders; twice: nothing'
            cand --quiet 'Print findings only, no ladders; twice: nothing'
            cand --write 'Send a message to each destination topic, to find out whether it is taken; the report says what was sent'
            cand --os-roots 'Trust what the operating system trusts, too'
            cand --anonymous 'Log in as nobody; for one endpoint only'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;run'= {
            cand --dataflow 'The dataflow to run, where the files hold several'
            cand --format 'How the result is written'
            cand --message 'A message: a `.yaml` file as under `message` of a cases file; any other file, or `-` for standard input, is its payload'
            cand --topic 'Topic that it is sent to'
            cand --payload 'Payload as text'
            cand --property 'MQTT user property; may be repeated'
            cand --content-type 'MQTT Content Type'
            cand --response-topic 'MQTT Response Topic'
            cand --correlation-data 'MQTT Correlation Data as text'
            cand --expiry 'MQTT Message Expiry Interval in seconds'
            cand --kafka-header 'Kafka header; may be repeated'
            cand --key 'Kafka record key as text'
            cand --cases 'Cases: messages with what is expected of each; `flowgate schema cases` describes the file. May be repeated'
            cand --case 'Only the cases whose name holds this text'
            cand --expect 'What is expected of the one message: YAML as under `expect` of a cases file'
            cand --set 'Answer a question that the documentation leaves open; may be repeated'
            cand --dataset 'Records of a data set, one JSON object in a line; may be repeated'
            cand --output-schema 'JSON Schema that the result has to match, in place of `schemaRef`'
            cand --connect-to 'Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated'
            cand --proxy 'HTTP proxy that takes CONNECT'
            cand --timeout 'Longest wait for one step of a connection; for `run` also for the message to come out'
            cand --ca 'PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated'
            cand --server-name 'Name to ask for and to find in the certificate, instead of that of the host'
            cand --secret 'Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated'
            cand --secrets 'Directory with the values of Secrets: `DIR/NAME/KEY`'
            cand --token-file 'File with the token for a service account or managed identity'
            cand --ask 'Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an identity of this machine. May be repeated; the first that can give something is asked'
            cand --service-account 'Service account that `--ask kubectl` gets tokens for'
            cand --sender 'Login of the sender, who may have other rights than the dataflow: `username=NAME`, `password=file:PATH` or `=env:VARIABLE`, `token=SOURCE`, `client-cert=FILE`, `client-key=FILE`, `anonymous`. May be repeated'
            cand --reader 'Login of the reader, in the same form; `none`: nobody may read at the destination'
            cand --count 'Send this many messages, and report throughput, latency, what was lost, duplicated and reordered'
            cand --rate 'Messages a second; without it, as fast as it goes'
            cand --for 'Send for this long: `10s`, `5m`'
            cand --size 'Bytes of the payload of each message'
            cand --part 'Be only a part of the run, where the parts need other places or logins; all parts get the same `--run-id`'
            cand --run-id 'Name by which the messages of this run are known'
            cand --color 'When to colour the output'
            cand --trace 'Tell every step of the translation, and show values at full length'
            cand -q 'Print the verdict only; twice: nothing'
            cand --quiet 'Print the verdict only; twice: nothing'
            cand --live 'Use the brokers that the manifests name, not the sandbox; says first what is sent where, and asks'
            cand --deployed 'Leave the translating to the dataflow that is deployed, and judge it; says first what is sent where, and asks'
            cand -y 'Do not ask before something is sent to a broker'
            cand --yes 'Do not ask before something is sent to a broker'
            cand --retain 'MQTT retain flag'
            cand --bless 'Write what came out into the cases file as what is expected'
            cand --list-settings 'List the questions that the documentation leaves open, with their answers, and stop'
            cand --legacy-filter-semantics 'A filter that is true keeps the message, as pages of 2024 said; the same as `--set filter-semantics=keep`'
            cand --os-roots 'Trust what the operating system trusts, too'
            cand --resume 'Go on after a crash: the session at the source is kept under a stable client id'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;rules'= {
            cand --format 'How the table is written'
            cand --select 'Only these rules or families; `probe`: the verdicts of `flowgate probe`, which are not listed otherwise'
            cand --color 'When to colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;explain'= {
            cand --color 'When to colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;schema'= {
            cand --api-version 'Of a kind: `v1`, `v1beta1`, or an ARM version such as `2024-11-01`; without it, `v1`'
            cand --aio-version 'Release of Azure IoT Operations on the cluster; fields that came later are left out'
            cand --color 'When to colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;completions'= {
            cand --color 'When to colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;man'= {
            cand --color 'When to colour the output'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'flowgate;help'= {
            cand lint 'Check files against the schemas and the documented rules'
            cand probe 'Connect to the brokers of the endpoints and say which layer fails, why, and which line to change'
            cand run 'Send one message through the dataflow and show, property by property, what comes out'
            cand rules 'List the rules'
            cand explain 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
            cand schema 'Print the JSON Schema of a kind, of cases, or of a report'
            cand completions 'Print the completions of a shell'
            cand man 'Print the man page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'flowgate;help;lint'= {
        }
        &'flowgate;help;probe'= {
        }
        &'flowgate;help;run'= {
        }
        &'flowgate;help;rules'= {
        }
        &'flowgate;help;explain'= {
        }
        &'flowgate;help;schema'= {
        }
        &'flowgate;help;completions'= {
        }
        &'flowgate;help;man'= {
        }
        &'flowgate;help;help'= {
        }
    ]
    $completions[$command]
}
