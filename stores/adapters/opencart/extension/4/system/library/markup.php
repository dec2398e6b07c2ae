<?php
declare(strict_types=1);

namespace Opencart\System\Library\Extension\XeroConnector;

/**
 * Puts what the extension adds into the HTML of the shop's own admin pages.
 *
 * Each function gives the page back as it was where its place is not found, as
 * under a changed theme: what is added is never worth a broken page. All HTML
 * that comes in is escaped by whoever made it.
 */
class Markup
{
    /** In front of the first button at the head of a page. */
    public static function intoHead(string $html, string $buttons): string
    {
        return self::before($html, '~(<div class="float-end">)~', $buttons, true);
    }

    /** Above the first card of a page. */
    public static function aboveCard(string $html, string $card): string
    {
        return self::before($html, '~(?=<div class="card(?: mb-3)?">)~', $card, false);
    }

    /** A tab of a form with its pane, in front of the tab that is named. */
    public static function tab(string $html, string $next, string $id, string $title, string $pane): string
    {
        $name = preg_quote($next, '~');
        $link = '~(?=<li class="nav-item"><a href="#' . $name . '")~';
        $place = '~(?=<div (?:id="' . $name . '" class="tab-pane"|class="tab-pane" id="' . $name . '")>)~';

        if (!preg_match($link, $html) || !preg_match($place, $html)) {
            return $html;
        }

        $item = '<a href="#' . $id . '" data-bs-toggle="tab" class="nav-link">' . $title . '</a>';
        $html = self::before($html, $link, '<li class="nav-item">' . $item . "</li>\n", false);

        return self::before($html, $place, '<div id="' . $id . '" class="tab-pane">' . $pane . '</div>' . "\n", false);
    }

    /**
     * A column in front of the last one of a list, whose rows have a box to tick.
     *
     * @param array<int, string> $cells HTML by the number of the row's record
     */
    public static function column(string $html, string $title, array $cells): string
    {
        $parts = preg_split('~(<tr\b[^>]*>.*?</tr>)~s', $html, -1, PREG_SPLIT_DELIM_CAPTURE);

        foreach ($parts as $at => $part) {
            if (strpos($part, '<tr') !== 0) {
                continue;
            }

            if (preg_match('~name="selected\[\]" value="(\d+)"~', $part, $found)) {
                $parts[$at] = self::cell($part, 'td', $cells[(int)$found[1]] ?? '');
            } elseif (strpos($part, 'type="checkbox"') !== false) {
                $parts[$at] = self::cell($part, strpos($part, '<th') === false ? 'td' : 'th', $title);
            } else {
                $parts[$at] = self::widened($part);
            }
        }

        return implode('', $parts);
    }

    /** @return array<int, int> the numbers of the records that a list shows */
    public static function ids(string $html): array
    {
        preg_match_all('~name="selected\[\]" value="(\d+)"~', $html, $found);

        return array_map('intval', $found[1]);
    }

    /** The row that says that a list is empty. */
    private static function widened(string $row): string
    {
        $wider = static fn (array $found) => 'colspan="' . ((int)$found[1] + 1) . '"';

        return (string)preg_replace_callback('~colspan="(\d+)"~', $wider, $row);
    }

    private static function cell(string $row, string $tag, string $content): string
    {
        $last = strrpos($row, '<' . $tag);

        if ($last === false) {
            return $row;
        }

        return substr($row, 0, $last) . '<' . $tag . '>' . $content . '</' . $tag . '>' . substr($row, $last);
    }

    private static function before(string $html, string $pattern, string $addition, bool $keep): string
    {
        $done = preg_replace_callback($pattern, static fn ($found) => ($keep ? $found[1] : '') . $addition, $html, 1);

        return $done ?? $html;
    }
}
