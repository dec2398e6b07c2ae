<?php
declare(strict_types=1);

namespace Tests\OpenCart\Four;

use Opencart\System\Library\Extension\XeroConnector\Markup;
use PHPUnit\Framework\TestCase;

require_once dirname(__DIR__, 5) . '/stores/adapters/opencart/extension/4/system/library/markup.php';

/** What is added to the shop's own pages, and that a page of another shape stays as it is. */
final class MarkupTest extends TestCase
{
    private const LIST = '<table><thead><tr>
        <td style="width: 1px;"><input type="checkbox" class="form-check-input"/></td>
        <td>Order ID</td><td class="text-end">Action</td></tr></thead>
        <tbody><tr><td><input type="checkbox" name="selected[]" value="7"/></td>
        <td>7</td><td class="text-end"><a>View</a></td></tr>
        <tr class="x"><td><input type="checkbox" name="selected[]" value="12"/></td>
        <td>12</td><td class="text-end"><ul><li>More</li></ul></td></tr>
        </tbody></table>';

    private const FORM = '<div class="float-end"><a>Back</a></div><div class="card"><ul class="nav nav-tabs">
        <li class="nav-item"><a href="#tab-data">Data</a></li>
        <li class="nav-item"><a href="#tab-report">Report</a></li></ul><div class="tab-content">
        <div id="tab-data" class="tab-pane">data</div>
        <div id="tab-report" class="tab-pane">report</div></div></div>';

    public function testARowGetsItsCellInFrontOfTheLastOne(): void
    {
        $html = Markup::column(self::LIST, 'Xero', [7 => '<b>INV-7</b>']);

        self::assertStringContainsString('<td>7</td><td><b>INV-7</b></td><td class="text-end"><a>View', $html);
        self::assertStringContainsString('<td>12</td><td></td><td class="text-end"><ul>', $html);
        self::assertStringContainsString('<td>Order ID</td><td>Xero</td><td class="text-end">Action</td>', $html);
    }

    public function testAHeadOfHeadCellsGetsAHeadCell(): void
    {
        $html = Markup::column('<tr><th><input type="checkbox"/></th><th>Action</th></tr>', 'Xero', []);

        self::assertSame('<tr><th><input type="checkbox"/></th><th>Xero</th><th>Action</th></tr>', $html);
    }

    public function testTheRowOfAnEmptyListGrowsWithTheTable(): void
    {
        $html = Markup::column('<tr><td colspan="9">No results!</td></tr>', 'Xero', []);

        self::assertSame('<tr><td colspan="10">No results!</td></tr>', $html);
    }

    public function testTheIdsOfAListAreThoseOfItsBoxes(): void
    {
        self::assertSame([7, 12], Markup::ids(self::LIST));
        self::assertSame([], Markup::ids('<input name="selected[]" value="7 OR 1=1"/>'));
    }

    public function testButtonsStandFirstAtTheHead(): void
    {
        $html = Markup::intoHead(self::FORM, '<i>Xero</i>');

        self::assertStringStartsWith('<div class="float-end"><i>Xero</i><a>Back</a>', $html);
    }

    public function testATabStandsInFrontOfTheOneNamedAndSoDoesItsPane(): void
    {
        $html = Markup::tab(self::FORM, 'tab-report', 'tab-xero', 'Xero', '<input name="a"/>');

        $tabs = '~#tab-data.*#tab-xero.*#tab-report.*id="tab-data".*';
        $pane = '<div id="tab-xero" class="tab-pane"><input name="a"/></div>\s*<div id="tab-report"~s';
        self::assertMatchesRegularExpression($tabs . $pane, $html);
    }

    public function testWhatIsAddedIsTakenToTheLetter(): void
    {
        $html = Markup::intoHead('<div class="float-end">', '$1 \\1 ${0}');

        self::assertSame('<div class="float-end">$1 \\1 ${0}', $html);
    }

    public function testATabWithoutAPlaceForItsPaneIsNotAdded(): void
    {
        $html = '<li class="nav-item"><a href="#tab-report">Report</a></li>';

        self::assertSame($html, Markup::tab($html, 'tab-report', 'tab-xero', 'Xero', 'pane'));
    }

    /** @dataProvider changes */
    public function testAPageOfAnotherShapeStaysAsItIs(callable $change): void
    {
        self::assertSame('<main>another theme</main>', $change('<main>another theme</main>'));
    }

    public static function changes(): array
    {
        return [
            'head' => [static fn (string $html) => Markup::intoHead($html, 'x')],
            'card' => [static fn (string $html) => Markup::aboveCard($html, 'x')],
            'column' => [static fn (string $html) => Markup::column($html, 'x', [1 => 'y'])],
            'tab' => [static fn (string $html) => Markup::tab($html, 'tab-report', 'tab-xero', 'x', 'y')],
        ];
    }
}
