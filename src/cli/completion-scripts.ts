/*
 * Scripts that make a shell ask `heketi-cli __complete` for what may stand at the cursor: a line for
 * each word, with a tab in front of its description, and `:files` where a file name is expected.
 */

const BASH = `# bash completion for heketi-cli: source <(heketi-cli completion bash)
_heketi_cli() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(heketi-cli __complete -- bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _heketi_cli heketi-cli
`;

const ZSH = `#compdef heketi-cli
# zsh completion for heketi-cli: source <(heketi-cli completion zsh)
_heketi_cli() {
  local -a candidates
  local line wants_files=
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      wants_files=1
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(heketi-cli __complete -- zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe 'heketi-cli' candidates
  elif [[ -n $wants_files ]]; then
    compset -P '--*='
    _files
  fi
}
compdef _heketi_cli heketi-cli
`;

const FISH = `# fish completion for heketi-cli: heketi-cli completion fish | source
function __heketi_cli_complete
  set -l current (commandline -ct)
  for line in (heketi-cli __complete -- fish (commandline -opc)[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      set -l flag (string match -r -- '^--[^=]*=' "$current")
      for path in (complete -C "'' "(string replace -r -- '^--[^=]*=' '' "$current"))
        echo "$flag$path"
      end
    else
      echo $line
    end
  end
end
complete -c heketi-cli -f -a '(__heketi_cli_complete)'
`;

// The word at the cursor goes over with a mark in front: PowerShell drops empty arguments of programs.
const POWERSHELL = `# PowerShell completion for heketi-cli: heketi-cli completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName heketi-cli -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
  heketi-cli __complete -- powershell @before "=$wordToComplete" 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $word, $description = $_ -split "\`t", 2
    if (-not $description) { $description = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $description)
  }
}
`;

export const COMPLETION_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL } as const;

export type Shell = keyof typeof COMPLETION_SCRIPTS;

/** Where the script is put so that every new shell of that kind reads it. */
export const COMPLETION_HOMES: Readonly<Record<Shell, string>> = {
  bash: 'heketi-cli completion bash > /etc/bash_completion.d/heketi-cli',
  zsh: `heketi-cli completion zsh > "\${fpath[1]}/_heketi-cli"`,
  fish: 'heketi-cli completion fish > ~/.config/fish/completions/heketi-cli.fish',
  powershell: 'heketi-cli completion powershell >> $PROFILE',
};
