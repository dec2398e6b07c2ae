<?php
declare(strict_types=1);

namespace XeroConnector\Tests;

use PHPUnit\Framework\TestCase;

/** OpenCart's Twig escapes nothing by itself: each of our templates does, all that it prints. */
final class TemplatesTest extends TestCase
{
    /** Parts of a page that the shop drew, which are HTML. */
    private const HTML = ['header', 'column_left', 'footer'];

    public function testAllThatIsPrintedIsEscaped(): void
    {
        $root = __DIR__ . '/../../../../stores/adapters/opencart/extension/3';
        $files = new \RegexIterator(
            new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($root)),
            '/\.twig$/'
        );
        $printed = [];
        foreach ($files as $file) {
            preg_match_all('/\{\{(.*?)\}\}/s', file_get_contents((string) $file), $found);
            $printed = array_merge($printed, array_map('trim', $found[1]));
        }
        self::assertGreaterThan(30, count($printed));
        foreach (array_diff($printed, self::HTML) as $expression) {
            self::assertStringEndsWith('|e', $expression);
        }
    }
}
