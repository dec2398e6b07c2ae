<?php
declare(strict_types=1);

namespace XeroConnector\Reading;

/**
 * The object of CS-Cart's REST API for one order, made of its rows.
 *
 * What CS-Cart keeps of an order beside its row stands under letters: T taxes, L ways of shipping, C coupons,
 * P payment, R the currency that the buyer looked at, U certificates that paid, B certificates that were bought,
 * I points that paid, W points that were earned. Figures that CS-Cart works out for display alone are left out.
 */
final class OrderRecord
{
    /** @var array<string, mixed> */
    private $row;

    /** @var array<string, string> */
    private $data;

    /**
     * @param array<string, string|null> $row
     * @param array<string, string> $data by letter
     */
    public function __construct(array $row, array $data)
    {
        $this->row = $row;
        $this->data = $data;
    }

    /**
     * @param array<int, array<string, string|null>> $details
     * @param array<int, string> $shippingNames
     * @param callable $decrypt
     * @return array<string, mixed>
     */
    public function made(array $details, array $shippingNames, array $sent, callable $decrypt): array
    {
        $products = $this->products($details, $sent);
        $record = Secrets::without($this->row);
        $record['promotions'] = Stored::values($record['promotions'] ?? null);
        $record['products'] = $products;
        $record['taxes'] = $this->stored('T');
        $record['need_shipping'] = self::needsShipping($products);
        $record['shipping'] = self::named($this->stored('L'), $shippingNames);
        $record['coupons'] = $this->stored('C');
        $record['secondary_currency'] = Stored::value($this->data['R'] ?? null);
        $record['payment_info'] = $this->paymentInfo($decrypt);
        return $record + $this->certificatesAndPoints();
    }

    /** @return array<int, int> ids of the ways of shipping that have no name in the order itself */
    public function unnamedShippings(): array
    {
        $unnamed = [];
        foreach ($this->stored('L') as $key => $one) {
            if (is_array($one) && empty($one['shipping'])) {
                $unnamed[] = (int) ($one['shipping_id'] ?? $key);
            }
        }
        return $unnamed;
    }

    /** @return array<mixed> */
    private function stored(string $letter): array
    {
        return Stored::values($this->data[$letter] ?? null);
    }

    /** @return array<string, array<string, mixed>> by item */
    private function products(array $details, array $sent): array
    {
        $products = [];
        foreach ($details as $row) {
            $item = (string) $row['item_id'];
            $extra = Stored::values($row['extra']);
            $described = (string) $row['described'];
            unset($row['described']);
            $price = $extra['base_price'] ?? $row['price'];
            $products[$item] = [
                'extra' => $extra,
                'product' => $described !== '' ? $described : (string) ($extra['product'] ?? ''),
                'deleted_product' => $described === '',
                'cart_id' => $item,
                'base_price' => $price,
                'original_price' => $price,
                'discount' => $extra['discount'] ?? 0,
                'shipped_amount' => $sent[$item] ?? 0,
                'is_edp' => $extra['is_edp'] ?? 'N',
                'exclude_from_calculate' => $extra['exclude_from_calculate'] ?? null,
            ] + $row;
        }
        return $products;
    }

    private static function needsShipping(array $products): bool
    {
        foreach ($products as $product) {
            $isDownload = ($product['is_edp'] ?? 'N') === 'Y';
            if (!$isDownload || ($product['extra']['edp_shipping'] ?? 'N') === 'Y') {
                return true;
            }
        }
        return false;
    }

    /** @param array<int, string> $names */
    private static function named(array $shippings, array $names): array
    {
        foreach ($shippings as $key => $one) {
            $id = is_array($one) ? (int) ($one['shipping_id'] ?? $key) : 0;
            if (isset($names[$id]) && empty($one['shipping'])) {
                $shippings[$key]['shipping'] = $names[$id];
            }
        }
        return $shippings;
    }

    private function paymentInfo(callable $decrypt): array
    {
        $text = $this->data['P'] ?? '';
        return $text === '' ? [] : Secrets::ofPayment(Stored::values((string) $decrypt($text)));
    }

    /** @return array<string, mixed> only what there is */
    private function certificatesAndPoints(): array
    {
        $found = array_filter([
            'use_gift_certificates' => $this->stored('U'),
            'gift_certificates' => $this->stored('B'),
        ]);
        $points = array_filter([
            'reward' => Stored::value($this->data['W'] ?? null),
            'in_use' => $this->stored('I'),
        ]);
        return $points === [] ? $found : $found + ['points_info' => $points];
    }
}
