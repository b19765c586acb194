//! What does the command line say to those who do not know it yet?

use crate::project::Project;

#[test]
fn help_lists_the_verbs() {
    insta::assert_snapshot!(Project::new().flow("--help"), @"
        exit status 0
        --- stdout
        Runs pipelines of AI agents and media providers: checked before spent, priced before run.

        Exit status: 0 succeeded, 1 failed, 2 refused before start, 3 waiting for a person, 4 partial, 5 in
        doubt whether money was spent, 130 cancelled.

        Usage: flow [OPTIONS] <COMMAND>

        Commands:
          new          Start a pipeline from a template or a production plan, or list the templates
          check        Find what is wrong with pipelines before anything runs
          fmt          Write pipeline files in one style, comments and meaning kept
          graph        Draw a pipeline's graph, or what became of it in a run
          kinds        List the kinds that nodes can use, or show the page of one
          schema       Write the JSON Schema of pipeline files, for editors
          explain      Say what a rule of `flow check` means, and how to obey it
          call         Make one attempt of a kind, without a pipeline
          plan         Tell what a pipeline can cost at most, what it will cost and how long it will take,
                       before it runs
          run          Run a pipeline
          resume       Go on with a run that was stopped or killed, or do a part of one again that has ended
          runs         List runs, newest first
          show         Show a run, or what one of its nodes did
          answer       Say what a run waits for a person to say
          cancel       End a run; what is paid for lands
          jobs         List the purchases that are not closed, or say what became of one
          library      List the files that are kept, and which run made them
          why          Say why a node ran, was taken from the cache, waited, was skipped or failed
          tools        Look at the tools that productions are planned with, and keep them up to date
          doctor       Find out what this machine has of what pipelines need; with --state, whether all that
                       is kept is as it was written
          completions  Print a completion script for a shell

        Options:
              --state [<DIR>]
                  Where runs and their files are kept [default: `FLOW_STATE`, or the nearest .flow upwards]

              --json
                  Write one JSON document to standard output, for programs

          -h, --help
                  Print help (see a summary with '-h')

          -V, --version
                  Print version
    ");
}

#[test]
fn an_unknown_verb_is_refused_with_the_nearest_one() {
    insta::assert_snapshot!(Project::new().flow("kind"), @"
    exit status 2
    --- stderr
    error: unrecognized subcommand 'kind'

      tip: a similar subcommand exists: 'kinds'

    Usage: flow [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn a_shell_gets_its_completions() {
    let ran = Project::new().flow("completions bash");
    assert_eq!(ran.status, Some(0));
    assert!(ran.stdout.contains("complete -F _flow"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
}
