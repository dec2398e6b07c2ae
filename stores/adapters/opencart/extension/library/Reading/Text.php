<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

/**
 * The text of the shop as people typed it.
 *
 * OpenCart stores what it is given with `&`, `<`, `>` and `"` escaped for HTML. Each text is decoded once, so that
 * "Smith &amp; Sons" is "Smith & Sons" again; JSON stays as it is stored.
 */
final class Text
{
    private const JSON = '/(^|_)custom_field$/';
    private const DESCRIPTION = 4000;

    /**
     * @param array<string, string|null> $row
     * @return array<string, string|null>
     */
    public static function row(array $row): array
    {
        foreach ($row as $column => $value) {
            if ($value !== null && strpos($value, '&') !== false && !self::isJson($column, $value)) {
                $row[$column] = self::plain($value);
            }
        }
        return $row;
    }

    /**
     * @param array<int, array<string, string|null>> $rows
     * @return array<int, array<string, string|null>>
     */
    public static function rows(array $rows): array
    {
        return array_map([self::class, 'row'], $rows);
    }

    public static function plain(string $text): string
    {
        return html_entity_decode($text, ENT_QUOTES, 'UTF-8');
    }

    /** Text as the shop stores what people type; characters that its database may not know, as HTML has them. */
    public static function stored(string $text): string
    {
        $beyond = [0x10000, 0x10FFFF, 0, 0xFFFFFF];
        return mb_encode_numericentity(htmlspecialchars($text, ENT_COMPAT, 'UTF-8'), $beyond, 'UTF-8');
    }

    /** A description without its HTML, cut at 4,000 characters. */
    public static function withoutHtml(string $stored): string
    {
        $html = preg_replace('/<(br|\/p|\/li|\/div|\/h[1-6]|\/tr)\b[^>]*>/i', "\n", self::plain($stored));
        $text = self::plain(strip_tags((string) $html));
        $text = preg_replace(['/[ \t\x{00A0}]+/u', '/ ?\n ?(\s*\n)*/u'], [' ', "\n"], $text);
        return mb_substr(trim((string) $text), 0, self::DESCRIPTION, 'UTF-8');
    }

    private static function isJson(string $column, string $value): bool
    {
        // A method of payment or shipping is a title in OpenCart 3 and a JSON object in 4.
        return preg_match(self::JSON, $column) === 1
            || (($column === 'payment_method' || $column === 'shipping_method') && $value[0] === '{');
    }
}
