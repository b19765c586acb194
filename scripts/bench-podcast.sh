#!/usr/bin/env bash
# The film of pipelines/podcast.yaml as a plain shell script: the yardstick of scripts/bench, and no part of flow.
#
#   scripts/bench-podcast.sh MATERIAL WORK
#
# MATERIAL, which scripts/bench takes out of a finished run, holds what no tool of a shell makes: picture-N.png, text-N.txt,
# music.wav, captions.ass, captions.srt and about.txt. Here, the same tools make the rest with the same settings: festival
# speaks, ffmpeg evens the voices, moves the pictures, cross-fades, mixes, draws the captions, encodes once, and looks at
# the film. WORK gets film.mp4 and everything on the way to it.
set -euo pipefail

readonly material=$1 work=$2
readonly width=1280 height=720 fps=30 overlap=0.5 lead=0.3
readonly jobs=2

readonly head='aresample=48000:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo'
readonly meter='ebur128=peak=true:framelog=verbose'
readonly colour=(-color_range tv -color_primaries bt709 -color_trc bt709 -colorspace bt709 -pix_fmt yuv420p)

main() {
    mkdir -p "$work"
    cd "$work"
    local scenes=("$material"/text-*.txt)
    readonly count=${#scenes[@]}
    for number in $(seq 1 "$count"); do printf '%s\n' "$number"; done | xargs -P "$jobs" -I{} "$0" "$material" "$work" scene {}
    timeline
    mix
    film
    look
}

quiet() {
    ffmpeg -nostdin -hide_banner -loglevel error -y "$@"
}

length() {
    ffprobe -v error -show_entries format=duration -of csv=p=0 "$1"
}

calculate() {
    awk "BEGIN { printf \"%.6f\", $1 }"
}

# One scene: its voice, and its picture, moved for as long as it speaks and 1.3 s more.
scene() {
    cd "$work"
    local number=$1 chain seconds frames zoom
    text2wave -o "raw-$number.wav" -eval '(voice_cmu_us_slt_arctic_hts)' "$material/text-$number.txt"
    chain='aresample=48000,aformat=sample_fmts=fltp:channel_layouts=mono,highpass=f=70'
    chain+=',acompressor=threshold=-24dB:ratio=2.5:attack=8:release=120:makeup=2,alimiter=limit=0.9:level=false'
    chain+=',atempo=0.9400,aresample=48000,aformat=sample_fmts=s16:channel_layouts=mono'
    quiet -i "raw-$number.wav" -af "$chain" "voice-$number.wav"

    seconds=$(calculate "$(length "voice-$number.wav") + 1.3")
    frames=$(awk "BEGIN { f = $seconds * $fps; print (f == int(f)) ? f : int(f) + 1 }")
    zoom="(1+0.08*on/$((frames - 1)))"
    local left="*0.5*(1-1/$zoom)" right="*0.5*(1+1/$zoom)"
    local still="scale=$width:$height:out_color_matrix=bt709:out_range=tv,format=yuv420p,loop=loop=-1:size=1,fps=$fps"
    still+=",trim=end_frame=$frames,setpts=N/$fps/TB"
    local move="perspective=eval=frame:sense=source:interpolation=linear"
    move+=":x0='W$left':y0='H$left':x1='W$right':y1='H$left':x2='W$left':y2='H$right':x3='W$right':y3='H$right'"
    quiet -i "$material/picture-$number.png" -vf "$still,$move" -c:v libx264 -preset ultrafast -qp 14 -threads 1 \
        -g 15 -bf 0 "${colour[@]}" "clip-$number.mp4"
}

# When each scene starts: earlier by one cross-fade for each before it.
timeline() {
    local at=0 number
    starts=()
    for number in $(seq 1 "$count"); do
        starts+=("$at")
        at=$(calculate "$at + $(length "clip-$number.mp4") - $overlap")
    done
    total=$(calculate "$at + $overlap")
}

loudness() {
    ffmpeg -nostdin -hide_banner -nostats -y "$@" 2>&1 | awk '/^ +I:/ { level = $2 } END { print level }'
}

# Voices at their places at -18 LUFS, music 9 LU below and lower while somebody speaks, the sum at -16 LUFS.
mix() {
    local inputs=() graph='' names='' number milliseconds voice bed gain measured
    for number in $(seq 1 "$count"); do
        inputs+=(-i "voice-$number.wav")
        milliseconds=$(awk "BEGIN { printf \"%d\", (${starts[number - 1]} + $lead) * 1000 }")
        graph+="[$((number - 1)):a]$head,adelay=$milliseconds:all=1[v$number];"
        names+="[v$number]"
    done
    graph+="${names}amix=inputs=$count:normalize=0:duration=longest,apad=whole_dur=$total,atrim=end=$total,$meter[speech]"
    voice=$(loudness "${inputs[@]}" -filter_complex "$graph" -map '[speech]' -c:a pcm_f32le speech.w64)
    bed=$(loudness -i "$material/music.wav" -af "$head,$meter" -f null -)

    graph="[1:a]$head,volume=$(calculate "-27 - $bed")dB,apad=whole_dur=$total,atrim=end=$total,afade=t=in:d=1.5"
    graph+=",afade=t=out:st=$(calculate "$total - 2.5"):d=2.5[bed]"
    graph+=";[0:a]$head,volume=$(calculate "-18 - $voice")dB,asplit=2[voice][key]"
    graph+=';[bed][key]sidechaincompress=threshold=0.03:ratio=5:attack=20:release=500:knee=4[low]'
    graph+=';[voice][low]amix=inputs=2:normalize=0:duration=first,'"$meter"'[sum]'
    measured=$(loudness -i speech.w64 -stream_loop -1 -i "$material/music.wav" -filter_complex "$graph" -map '[sum]' \
        -c:a pcm_f32le sum.w64)
    gain=$(calculate "-16 - $measured")
    local limit='aresample=192000,alimiter=limit=0.83176:level=false:attack=5:release=50,aresample=48000'
    quiet -i sum.w64 -af "$head,volume=${gain}dB,$limit,aformat=sample_fmts=s16:channel_layouts=stereo,$meter" mix.flac
}

# All clips cross-faded, captions and fades drawn, encoded once, with chapters and captions to switch on.
film() {
    local inputs=() graph='' number so_far=c1
    for number in $(seq 1 "$count"); do
        inputs+=(-i "clip-$number.mp4")
        graph+="[$((number - 1)):v]settb=1/$fps,setpts=N,format=yuv420p[c$number];"
    done
    for number in $(seq 2 "$count"); do
        graph+="[$so_far][c$number]xfade=transition=fade:duration=$overlap:offset=${starts[number - 1]}[x$number];"
        so_far=x$number
    done
    ln -sfn /usr/share/fonts/opentype/inter fonts
    cp "$material/captions.ass" burn.ass
    graph+="[$so_far]ass=burn.ass:fontsdir=fonts,fade=t=in:st=0:d=0.4"
    graph+=",fade=t=out:st=$(calculate "$total - 0.4"):d=0.4,setsar=1,format=yuv420p[picture]"
    quiet "${inputs[@]}" -i mix.flac -i "$material/captions.srt" -f ffmetadata -i "$material/about.txt" \
        -filter_complex "$graph" -map '[picture]' -map "$count:a" -map "$((count + 1)):s" \
        -map_metadata "$((count + 2))" -map_chapters "$((count + 2))" -c:s mov_text \
        -c:v libx264 -preset veryfast -crf 20 -x264-params subme=1:rc-lookahead=10 -profile:v high -threads 4 -r "$fps" -g $((fps * 2)) "${colour[@]}" \
        -c:a aac -aac_coder fast -b:a 160k -ar 48000 -ac 2 -movflags +faststart film.mp4
    quiet -ss 6 -i film.mp4 -frames:v 1 -q:v 2 -update 1 poster.jpg
}

# The film is decoded once, and looked at by the detectors of media/check.
look() {
    local picture="[0:v]scale=w='min(320,iw)':h=-2:flags=area,blackdetect=d=0.05:pic_th=0.98:pix_th=0.10"
    picture+=",metadata=mode=add:key=seen:value=1,metadata=mode=print:file=pictures.txt,fps=4,siti"
    picture+=",metadata=mode=print:file=samples.txt[picture]"
    local sound="[0:a]silencedetect=noise=-45dB:d=0.1,ebur128=peak=true:metadata=1"
    sound+=",ametadata=mode=print:file=sound.txt[sound]"
    quiet -i film.mp4 -filter_complex "$picture;$sound" -map '[picture]' -map '[sound]' -f null -
}

if [ "${3:-}" = scene ]; then
    scene "$4"
else
    main
fi
