
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
            cand rules 'List the rules'
            cand explain 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
            cand schema 'Print the JSON Schema of a kind, for editors'
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
        &'flowgate;rules'= {
            cand --format 'How the table is written'
            cand --select 'Only these rules or families'
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
            cand --api-version '`v1`, `v1beta1`, or an ARM version such as `2024-11-01`'
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
            cand rules 'List the rules'
            cand explain 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
            cand schema 'Print the JSON Schema of a kind, for editors'
            cand completions 'Print the completions of a shell'
            cand man 'Print the man page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'flowgate;help;lint'= {
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
