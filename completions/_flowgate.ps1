
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'flowgate' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'flowgate'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'flowgate' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check files against the schemas and the documented rules')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Connect to the brokers of the endpoints and say which layer fails, why, and which line to change')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Send one message through the dataflow and show, property by property, what comes out')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List the rules')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a kind, of cases, or of a report')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'flowgate;lint' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How findings are written')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Least severity that is shown')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Least severity that makes the exit code 1')
            [CompletionResult]::new('--select', '--select', [CompletionResultType]::ParameterName, 'Only these rules or families')
            [CompletionResult]::new('--ignore', '--ignore', [CompletionResultType]::ParameterName, 'All but these rules or families')
            [CompletionResult]::new('--aio-version', '--aio-version', [CompletionResultType]::ParameterName, 'Release of Azure IoT Operations on the cluster (`1.0`, `1.1.13`) or its ARM version; fields that came later are errors')
            [CompletionResult]::new('--stdin-filename', '--stdin-filename', [CompletionResultType]::ParameterName, 'Name that standard input goes by')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('--closed', '--closed', [CompletionResultType]::ParameterName, 'Treat the files as all there is: a reference that leads out of them is an error')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Apply safe fixes to the files')
            [CompletionResult]::new('--unsafe-fixes', '--unsafe-fixes', [CompletionResultType]::ParameterName, 'Apply fixes that change behaviour or take a decision, too')
            [CompletionResult]::new('--diff', '--diff', [CompletionResultType]::ParameterName, 'Print what the fixes would change, and change nothing')
            [CompletionResult]::new('--list-files', '--list-files', [CompletionResultType]::ParameterName, 'Print the files that would be read, and stop')
            [CompletionResult]::new('--allow-empty', '--allow-empty', [CompletionResultType]::ParameterName, 'Exit with 0 instead of 3 where there is nothing to check')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print findings only, no summary; twice: nothing')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print findings only, no summary; twice: nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what was skipped and why')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what was skipped and why')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;probe' {
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Only this endpoint; `default` is the one that every instance has. May be repeated')
            [CompletionResult]::new('--from-kubectl', '--from-kubectl', [CompletionResultType]::ParameterName, 'Read endpoints, dataflows and profiles from the cluster, too, in this context of `kubectl`; what it may not read is named')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How the result is written')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Least severity of findings that is shown')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'Least severity of findings that makes the exit code 1; what cannot be told from here is a warning at least')
            [CompletionResult]::new('--explain-stage', '--explain-stage', [CompletionResultType]::ParameterName, 'Say what a stage does and what it sends, and stop')
            [CompletionResult]::new('--message-size', '--message-size', [CompletionResultType]::ParameterName, 'Largest message that the dataflows will carry, held against the limits of the far end')
            [CompletionResult]::new('--warn-days', '--warn-days', [CompletionResultType]::ParameterName, 'Warn of certificates that end within so many days')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Endpoints that are probed side by side')
            [CompletionResult]::new('--connect-to', '--connect-to', [CompletionResultType]::ParameterName, 'Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'HTTP proxy that takes CONNECT')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Longest wait for one step of a connection; for `run` also for the message to come out')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated')
            [CompletionResult]::new('--server-name', '--server-name', [CompletionResultType]::ParameterName, 'Name to ask for and to find in the certificate, instead of that of the host')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated')
            [CompletionResult]::new('--secrets', '--secrets', [CompletionResultType]::ParameterName, 'Directory with the values of Secrets: `DIR/NAME/KEY`')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'File with the token for a service account or managed identity')
            [CompletionResult]::new('--ask', '--ask', [CompletionResultType]::ParameterName, 'Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an identity of this machine. May be repeated; the first that can give something is asked')
            [CompletionResult]::new('--service-account', '--service-account', [CompletionResultType]::ParameterName, 'Service account that `--ask kubectl` gets tokens for')
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'User name, which no dataflow can send in MQTT; for one endpoint only')
            [CompletionResult]::new('--password', '--password', [CompletionResultType]::ParameterName, 'Where its password is: `file:PATH`, `env:VARIABLE` or `stdin`')
            [CompletionResult]::new('--client-cert', '--client-cert', [CompletionResultType]::ParameterName, 'PEM file with a client certificate and its chain; among several endpoints for those that log in by one')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'PEM file with the key of it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every fact')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every fact')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print findings only, no ladders; twice: nothing')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print findings only, no ladders; twice: nothing')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Send a message to each destination topic, to find out whether it is taken; the report says what was sent')
            [CompletionResult]::new('--os-roots', '--os-roots', [CompletionResultType]::ParameterName, 'Trust what the operating system trusts, too')
            [CompletionResult]::new('--anonymous', '--anonymous', [CompletionResultType]::ParameterName, 'Log in as nobody; for one endpoint only')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;run' {
            [CompletionResult]::new('--dataflow', '--dataflow', [CompletionResultType]::ParameterName, 'The dataflow to run, where the files hold several')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How the result is written')
            [CompletionResult]::new('--message', '--message', [CompletionResultType]::ParameterName, 'A message: a `.yaml` file as under `message` of a cases file; any other file, or `-` for standard input, is its payload')
            [CompletionResult]::new('--topic', '--topic', [CompletionResultType]::ParameterName, 'Topic that it is sent to')
            [CompletionResult]::new('--payload', '--payload', [CompletionResultType]::ParameterName, 'Payload as text')
            [CompletionResult]::new('--property', '--property', [CompletionResultType]::ParameterName, 'MQTT user property; may be repeated')
            [CompletionResult]::new('--content-type', '--content-type', [CompletionResultType]::ParameterName, 'MQTT Content Type')
            [CompletionResult]::new('--response-topic', '--response-topic', [CompletionResultType]::ParameterName, 'MQTT Response Topic')
            [CompletionResult]::new('--correlation-data', '--correlation-data', [CompletionResultType]::ParameterName, 'MQTT Correlation Data as text')
            [CompletionResult]::new('--expiry', '--expiry', [CompletionResultType]::ParameterName, 'MQTT Message Expiry Interval in seconds')
            [CompletionResult]::new('--kafka-header', '--kafka-header', [CompletionResultType]::ParameterName, 'Kafka header; may be repeated')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Kafka record key as text')
            [CompletionResult]::new('--cases', '--cases', [CompletionResultType]::ParameterName, 'Cases: messages with what is expected of each; `flowgate schema cases` describes the file. May be repeated')
            [CompletionResult]::new('--case', '--case', [CompletionResultType]::ParameterName, 'Only the cases whose name holds this text')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'What is expected of the one message: YAML as under `expect` of a cases file')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Answer a question that the documentation leaves open; may be repeated')
            [CompletionResult]::new('--dataset', '--dataset', [CompletionResultType]::ParameterName, 'Records of a data set, one JSON object in a line; may be repeated')
            [CompletionResult]::new('--output-schema', '--output-schema', [CompletionResultType]::ParameterName, 'JSON Schema that the result has to match, in place of `schemaRef`')
            [CompletionResult]::new('--connect-to', '--connect-to', [CompletionResultType]::ParameterName, 'Connect to another address than the manifest or the broker names; the name in TLS stays. May be repeated')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'HTTP proxy that takes CONNECT')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Longest wait for one step of a connection; for `run` also for the message to come out')
            [CompletionResult]::new('--ca', '--ca', [CompletionResultType]::ParameterName, 'PEM file with certificates to trust, besides the ConfigMap that the manifest names. May be repeated')
            [CompletionResult]::new('--server-name', '--server-name', [CompletionResultType]::ParameterName, 'Name to ask for and to find in the certificate, instead of that of the host')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Value of a key of a Secret: `NAME.KEY=file:PATH`, `=env:VARIABLE` or `=stdin`. May be repeated')
            [CompletionResult]::new('--secrets', '--secrets', [CompletionResultType]::ParameterName, 'Directory with the values of Secrets: `DIR/NAME/KEY`')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'File with the token for a service account or managed identity')
            [CompletionResult]::new('--ask', '--ask', [CompletionResultType]::ParameterName, 'Where Secrets, ConfigMaps and tokens come from that are not given otherwise: the login of `kubectl` or `az`, or an identity of this machine. May be repeated; the first that can give something is asked')
            [CompletionResult]::new('--service-account', '--service-account', [CompletionResultType]::ParameterName, 'Service account that `--ask kubectl` gets tokens for')
            [CompletionResult]::new('--sender', '--sender', [CompletionResultType]::ParameterName, 'Login of the sender, who may have other rights than the dataflow: `username=NAME`, `password=file:PATH` or `=env:VARIABLE`, `token=SOURCE`, `client-cert=FILE`, `client-key=FILE`, `anonymous`. May be repeated')
            [CompletionResult]::new('--reader', '--reader', [CompletionResultType]::ParameterName, 'Login of the reader, in the same form; `none`: nobody may read at the destination')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Send this many messages, and report throughput, latency, what was lost, duplicated and reordered')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Messages a second; without it, as fast as it goes')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'Send for this long: `10s`, `5m`')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Bytes of the payload of each message')
            [CompletionResult]::new('--part', '--part', [CompletionResultType]::ParameterName, 'Be only a part of the run, where the parts need other places or logins; all parts get the same `--run-id`')
            [CompletionResult]::new('--run-id', '--run-id', [CompletionResultType]::ParameterName, 'Name by which the messages of this run are known')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Tell every step of the translation, and show values at full length')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print the verdict only; twice: nothing')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print the verdict only; twice: nothing')
            [CompletionResult]::new('--live', '--live', [CompletionResultType]::ParameterName, 'Use the brokers that the manifests name, not the sandbox; says first what is sent where, and asks')
            [CompletionResult]::new('--deployed', '--deployed', [CompletionResultType]::ParameterName, 'Leave the translating to the dataflow that is deployed, and judge it; says first what is sent where, and asks')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before something is sent to a broker')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before something is sent to a broker')
            [CompletionResult]::new('--retain', '--retain', [CompletionResultType]::ParameterName, 'MQTT retain flag')
            [CompletionResult]::new('--bless', '--bless', [CompletionResultType]::ParameterName, 'Write what came out into the cases file as what is expected')
            [CompletionResult]::new('--list-settings', '--list-settings', [CompletionResultType]::ParameterName, 'List the questions that the documentation leaves open, with their answers, and stop')
            [CompletionResult]::new('--legacy-filter-semantics', '--legacy-filter-semantics', [CompletionResultType]::ParameterName, 'A filter that is true keeps the message, as pages of 2024 said; the same as `--set filter-semantics=keep`')
            [CompletionResult]::new('--os-roots', '--os-roots', [CompletionResultType]::ParameterName, 'Trust what the operating system trusts, too')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on after a crash: the session at the source is kept under a stable client id')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;rules' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How the table is written')
            [CompletionResult]::new('--select', '--select', [CompletionResultType]::ParameterName, 'Only these rules or families; `probe`: the verdicts of `flowgate probe`, which are not listed otherwise')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;explain' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;schema' {
            [CompletionResult]::new('--api-version', '--api-version', [CompletionResultType]::ParameterName, 'Of a kind: `v1`, `v1beta1`, or an ARM version such as `2024-11-01`; without it, `v1`')
            [CompletionResult]::new('--aio-version', '--aio-version', [CompletionResultType]::ParameterName, 'Release of Azure IoT Operations on the cluster; fields that came later are left out')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour the output')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'flowgate;help' {
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check files against the schemas and the documented rules')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Connect to the brokers of the endpoints and say which layer fails, why, and which line to change')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Send one message through the dataflow and show, property by property, what comes out')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'List the rules')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a kind, of cases, or of a report')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completions of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'flowgate;help;lint' {
            break
        }
        'flowgate;help;probe' {
            break
        }
        'flowgate;help;run' {
            break
        }
        'flowgate;help;rules' {
            break
        }
        'flowgate;help;explain' {
            break
        }
        'flowgate;help;schema' {
            break
        }
        'flowgate;help;completions' {
            break
        }
        'flowgate;help;man' {
            break
        }
        'flowgate;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
