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
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "rules" -d 'List the rules'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "explain" -d 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "schema" -d 'Print the JSON Schema of a kind, for editors'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "man" -d 'Print the man page'
complete -c flowgate -n "__fish_flowgate_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c flowgate -n "__fish_flowgate_using_subcommand lint" -l format -d 'How findings are written' -r -f -a "human\t'Excerpts for people; plain sentences under NO_COLOR and in CI'
concise\t'A line for each finding'
json\t'One JSON object; its schema is schemas/report.schema.json'"
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
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -l format -d 'How the table is written' -r -f -a "table\t'A table for the terminal'
markdown\t'A Markdown table'
json\t'JSON'"
complete -c flowgate -n "__fish_flowgate_using_subcommand rules" -l select -d 'Only these rules or families' -r
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
complete -c flowgate -n "__fish_flowgate_using_subcommand schema" -l api-version -d '`v1`, `v1beta1`, or an ARM version such as `2024-11-01`' -r
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
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "lint" -d 'Check files against the schemas and the documented rules'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "rules" -d 'List the rules'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "explain" -d 'Explain a rule (`eh-compression`) or a field (`mqttSettings.qos`)'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "schema" -d 'Print the JSON Schema of a kind, for editors'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "completions" -d 'Print the completions of a shell'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "man" -d 'Print the man page'
complete -c flowgate -n "__fish_flowgate_using_subcommand help; and not __fish_seen_subcommand_from lint rules explain schema completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
